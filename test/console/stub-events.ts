// What the contract double answers about events: only so much of the query language as the tests of the console ask.
import type { EventCount, EventHistogram, EventPage, EventRecord, EventTop } from '../../src/wire/api/events.ts'
import { type Answer, ok, problem, refused } from './stub-answer.ts'
import { coverage, stubLoss } from './stub-data.ts'

type Held = { readonly events: readonly EventRecord[]; readonly tail: { readonly cursor: string } }

export function eventAnswer(state: Held, path: string, parameters: URLSearchParams): Answer {
  const q = parameters.get('q') ?? ''
  if (q.includes('(('))
    return refused(problem(400, 'query.malformed', 'A bracket is opened and not closed.', 'See docs/query.md.'))
  const since = Number(parameters.get('since') ?? 0)
  const until = Number(parameters.get('until') ?? Number.MAX_SAFE_INTEGER)
  const found = state.events.filter((event) => event.body.at >= since && event.body.at < until && matches(event, q))
  if (path === 'events') return ok(pageOf(found, parameters, state.tail.cursor))
  if (path === 'events/count') return ok<EventCount>({ v: 1, count: found.length, coverage })
  if (path === 'events/histogram') return ok(histogramOf(found, Number(parameters.get('buckets') ?? 60)))
  if (path === 'events/top') return ok(topOf(found, parameters.get('facet') ?? 'type'))
  const id = decodeURIComponent(path.replace('events/', ''))
  const event = state.events.find((one) => one.id === id)
  return event
    ? ok(event)
    : refused(
        problem(
          404,
          'event.unknown',
          'There is no such event here.',
          'Check the identity; the event may have expired.',
        ),
      )
}

export function matches(event: EventRecord, q: string): boolean {
  const words: readonly string[] = q.replaceAll(/[()]/g, ' ').match(/(?:"[^"]*"|[^\s"])+/g) ?? []
  const alternatives = words.includes('OR')
  const held = words.filter((word) => word !== 'OR').map((word) => holds(event, word.replaceAll('"', '')))
  return alternatives ? held.some(Boolean) : held.every(Boolean)
}

function holds(event: EventRecord, word: string): boolean {
  if (word.startsWith('-')) return !holds(event, word.slice(1))
  const [field = '', ...rest] = word.split(':')
  const value = rest.join(':')
  const { body } = event
  return (
    facetOf(event, field) === value ||
    (body.kind === 'event' && body.observables.some((one) => `${one.type}:${one.value}` === word || one.value === word))
  )
}

function facetOf({ body, device, source }: EventRecord, facet: string): string | undefined {
  if (facet === 'device') return device
  if (facet === 'source') return source
  if (body.kind !== 'event') return undefined
  return { type: body.type, severity: body.severity, sensor: body.sensor, sid: body.signature?.id }[facet]
}

function pageOf(found: readonly EventRecord[], parameters: URLSearchParams, live: string): EventPage {
  const from = Number(parameters.get('cursor') ?? 0)
  const to = from + Number(parameters.get('limit') ?? 100)
  return {
    v: 1,
    events: found.slice(from, to),
    losses: from === 0 && found.length > 2 ? [{ above: 2, loss: stubLoss }] : [],
    next: to < found.length ? String(to) : null,
    live,
    coverage,
  }
}

function histogramOf(found: readonly EventRecord[], buckets: number): EventHistogram {
  const times = found.map(({ body }) => body.at)
  if (times.length === 0) return { v: 1, from: 0, widthMs: 1, buckets: [], coverage }
  const from = Math.min(...times)
  const widthMs = Math.max(1_000, Math.ceil((Math.max(...times) + 1 - from) / buckets))
  const counts = Array.from({ length: buckets }, () => ({ high: 0, medium: 0, low: 0, unknown: 0 }))
  for (const { body } of found) {
    const bucket = counts[Math.floor((body.at - from) / widthMs)]
    if (bucket) bucket[body.kind === 'event' ? body.severity : 'unknown'] += 1
  }
  return { v: 1, from, widthMs, buckets: counts, coverage }
}

function topOf(found: readonly EventRecord[], facet: string): EventTop {
  const counts = new Map<string, number>()
  for (const event of found) {
    const value = facetOf(event, facet)
    if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1)
  }
  const values = [...counts].map(([value, count]) => ({ value, count })).sort((a, b) => b.count - a.count)
  return { v: 1, facet, values: values.slice(0, 10), coverage }
}
