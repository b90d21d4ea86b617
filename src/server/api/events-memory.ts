// A handful of events in memory, for tests of what speaks HTTP; it holds to the port's words, not to the query language
// (only `id:` words and plain words match).
import { Fault } from '../../core/fault.ts'
import { formatEventId, sequence, streamId } from '../../core/ids.ts'
import type { Coverage, EventRecord, TailLine } from '../../wire/api/events.ts'
import type { EventReader } from './ports.ts'

export const memoryStream = streamId('0123456789abcdef0123456789abcdef')
export const memoryStart = 1_700_000_000_000
export const memoryCoverage: Coverage = { from: memoryStart, to: memoryStart + 99_000, unindexedBlocks: 0, gaps: [] }

/** @param count how many there are; number n has the identity `memoryStream:n` */
export function memoryReader(count: number, asked: string[]): EventReader {
  const all = Array.from({ length: count }, (_, index) => eventOf(index + 1)).reverse()
  const matching = (q: string, since = 0) => {
    if (q.includes('"')) throw new Fault('query.malformed', { what: 'A quotation mark at 0 is not closed' })
    return all.filter((event) => event.body.at >= since && q.split(' ').every((word) => event.raw.includes(word)))
  }
  return {
    async search(_organisation, { q, since, limit, cursor = '0' }) {
      asked.push(`search ${q}`)
      const from = Number(cursor)
      const found = matching(q, since)
      const events = found.slice(from, from + limit)
      const next = from + limit < found.length ? String(from + limit) : null
      return { v: 1, events, losses: [], next, live: from === 0 ? String(all.length) : null, coverage: memoryCoverage }
    },
    async count(_organisation, { q, since }) {
      asked.push(`count ${q}`)
      return { v: 1, count: matching(q, since).length, coverage: memoryCoverage }
    },
    async histogram(_organisation, { q }, buckets) {
      asked.push('histogram')
      const low = matching(q).length
      const one = { high: 0, medium: 0, low, unknown: 0 }
      return { v: 1, from: memoryStart, widthMs: 100_000 / buckets, buckets: [one], coverage: memoryCoverage }
    },
    async top(_organisation, { q }, facet, n) {
      asked.push(`top ${facet} ${n}`)
      const values = [{ value: 'alert', count: matching(q).length }]
      return { v: 1, facet, values, coverage: memoryCoverage }
    },
    async event(_organisation, id) {
      asked.push('event')
      return all.find((event) => event.id === formatEventId(id))
    },
    async *tail(_organisation, { q }, { from }) {
      asked.push(`tail ${from}`)
      const lines = matching(q)
        .toReversed()
        .filter(({ id }) => from === 'start' || Number(id.split(':')[1]) > Number(from))
      yield lines.map((record): TailLine => {
        const number = Number(record.id.split(':')[1])
        return { kind: 'event', cursor: `${number}`, stream: memoryStream, sequence: number, ...record }
      })
    },
    async inputTotals(_organisation, { source }) {
      asked.push(`inputs ${source}`)
      const byType = { alert: all.length }
      const none = { quarantined: 0, ignored: 0, notSelected: 0, lost: {}, unindexedBlocks: 0 }
      return { v: 1, events: all.length, byType, ...none }
    },
    async requarantine() {
      asked.push('requarantine')
      return { v: 1, read: 2, recovered: 1 }
    },
  }
}

function eventOf(number: number): EventRecord {
  const at = memoryStart + number * 1_000
  const source = `192.0.2.${number % 250}`
  return {
    id: formatEventId({ stream: memoryStream, sequence: sequence(number) }),
    device: 'sensor-1',
    source: 'eve',
    format: 'suricata/eve',
    arrivedAt: at + 5,
    raw: `{"n":${number},"src_ip":"${source}"}`,
    body: {
      kind: 'event',
      sensor: 'suricata',
      type: 'alert',
      at,
      severity: 'low',
      signature: { id: '1:2000001', name: 'EXAMPLE scan' },
      flow: { source, sourcePort: 4_000, target: '198.51.100.7', targetPort: 443, protocol: 'tcp' },
      observables: [{ type: 'ip', value: source }],
      relations: [],
      summary: `EXAMPLE scan ${number}`,
    },
  }
}
