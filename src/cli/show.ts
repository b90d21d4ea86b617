// How values of the API are shown to people: times, events, gaps in an answer.
import type { Observable } from '../core/observable.ts'
import { isLoss, type PageRow } from '../wire/api/event-rows.ts'
import type { Coverage, LossRow } from '../wire/api/events.ts'
import { thousands } from './progress.ts'
import type { Table } from './table.ts'
import { say, type Terminal } from './terminal.ts'

/** @returns UTC to the second, `2026-11-24 03:10:02Z`; `never` for 0 */
export function shownTime(instant: number): string {
  return instant === 0 ? 'never' : `${new Date(instant).toISOString().slice(0, 19).replace('T', ' ')}Z`
}

export function eventTable(rows: readonly PageRow[]): Table {
  return {
    columns: [
      { title: 'TIME' },
      { title: 'SEVERITY' },
      { title: 'TYPE' },
      { title: 'DEVICE' },
      { title: 'EVENT' },
      { title: 'SUMMARY' },
    ],
    rows: rows.map((row) => {
      // A loss has no identity that `events show` takes.
      if (isLoss(row)) return [shownTime(row.to), '', 'lost', row.device, '', `${row.source}: ${lostText(row)}`]
      const { body, device, id } = row
      if (body.kind === 'quarantined') return [shownTime(body.at), '', 'quarantined', device, id, body.reason]
      return [shownTime(body.at), body.severity, body.type, device, id, body.summary]
    }),
  }
}

/** @returns `1,234 events lost (spool.full)` */
export function lostText({ cause, count }: Pick<LossRow, 'cause' | 'count'>): string {
  return `${count === null ? 'an unknown number of' : thousands(count)} events lost (${cause})`
}

export function observableTable(observables: readonly Observable[]): Table {
  return {
    columns: [{ title: 'TYPE' }, { title: 'VALUE' }],
    rows: observables.map(({ type, value }) => [type, value]),
  }
}

/** Says on stderr what an answer may lack (delivery L4). */
export function sayCoverage(terminal: Terminal, coverage: Coverage): void {
  if (coverage.unindexedBlocks > 0)
    say(terminal, `note: ${thousands(coverage.unindexedBlocks)} blocks are stored and not yet indexed; ask again soon`)
  for (const { device, source, cause, count } of coverage.gaps.slice(0, gapsShown))
    say(
      terminal,
      `note: ${count === null ? 'an unknown number of' : thousands(count)} events of ${device}/${source} are missing (${cause})`,
    )
  const more = coverage.gaps.length - gapsShown
  if (more > 0) say(terminal, `note: and ${thousands(more)} more gaps; see: sallyport ledger`)
}

const gapsShown = 5
