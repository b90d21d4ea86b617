// What a source waits for before it reads: a file that is there and may be read, and lines of a format that is known.
import { formatNamed } from '../../../sensors/formats.ts'
import type { SensorFormat } from '../../../sensors/format.ts'
import type { FileSourceConfig } from '../source-config.ts'
import type { InputFile } from './input-file.ts'
import { recogniseInput } from './recognise-input.ts'
import { type Found, findPlace } from './source-place.ts'
import type { SourceReport } from '../source-report.ts'
import type { SourceMark } from '../spool/spool-table.ts'
import type { Wake } from '../wake.ts'

const retryMs = 1_000

export type SourceStart = {
  readonly config: FileSourceConfig
  readonly report: SourceReport
  readonly wake: Wake
  readonly stopping: () => boolean
}

/** @returns where to begin; undefined where the source is finished or stops */
export async function waitForPlace(start: SourceStart, mark: SourceMark | undefined): Promise<Found | undefined> {
  while (!start.stopping()) {
    const found = await findPlace(start.config, mark)
    if (found.kind === 'found') return found
    if (found.kind === 'finished') {
      start.report.say('finished')
      return undefined
    }
    start.report.say(found.kind, found.reason)
    await start.wake.sleep(retryMs)
  }
  return undefined
}

/**
 * @param known the format its lines had before
 * @returns the format of a file; undefined where a file that is read once is of none, or the source stops
 */
export async function waitForFormat(
  { config, report, wake, stopping }: SourceStart,
  file: InputFile,
  known: string | undefined,
): Promise<SensorFormat | undefined> {
  const named = config.format === 'auto' ? known : config.format
  if (named !== undefined) return formatNamed(named)
  let lookedAtSize = -1
  while (!stopping()) {
    const { size } = await file.stat()
    const format = size === lookedAtSize ? undefined : await recogniseInput(file)
    if (format !== undefined) return format
    lookedAtSize = size
    const reason = 'source.unrecognised: no line is of a format this version knows'
    report.say(config.once === true ? 'finished' : 'waiting', reason)
    if (config.once === true) return undefined
    await wake.sleep(retryMs)
  }
  return undefined
}
