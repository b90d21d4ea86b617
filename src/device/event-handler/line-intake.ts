// What becomes of each line of a source: a cheap look, then event, header line, not selected or ignored (delivery N1, N7).
import type { Glance, SensorFormat } from '../../sensors/format.ts'
import type { LineTaker } from './line-buffer.ts'
import type { Packer } from './packer.ts'
import type { SourceReport } from './source-report.ts'

const emptyLine: Glance = { kind: 'ignored', reason: 'empty' }

export type LineIntakeOptions = {
  readonly packer: Packer
  readonly report: SourceReport
  readonly selected: (glance: Glance) => boolean
  /** A socket's line that finds no room (delivery S9): true where it has been counted as lost. */
  readonly turnsAway?: (glance: Glance, bytes: number) => boolean
}

/**
 * @param lines says where the line being taken ends
 * @param now arrival of these lines, Unix ms
 * @returns what takes the lines of `lines`, whose file has the name given
 */
export function lineIntake(
  { packer, report, selected, turnsAway }: LineIntakeOptions,
  format: SensorFormat,
  lines: { readonly offset: number },
  fileName: string,
  now: number,
): LineTaker {
  const origin = { fileName, context: packer.context }
  return {
    line(bytes, offset) {
      const end = lines.offset
      const glance = bytes.length === 0 ? emptyLine : format.glance(bytes, origin)
      if (glance.kind === 'ignored') {
        report.ignored++
        packer.ignored(end)
      } else if (glance.kind === 'context') {
        report.ignored++
        origin.context = glance.context
        packer.header(glance.context, end)
      } else if (selected(glance)) {
        if (turnsAway?.(glance, bytes.length) === true) return
        report.events++
        report.lastEventAt = now
        packer.event(bytes, offset, end, now)
      } else {
        report.notSelected++
        packer.notSelected(glance.kind === 'event' ? glance.type : 'other', end)
      }
    },
    tooLong(bytes, sha256) {
      report.lose('line.too-long', 1)
      packer.loss({ cause: 'line.too-long', count: 1, bytes, sha256 }, lines.offset)
    },
  }
}
