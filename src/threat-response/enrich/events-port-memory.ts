// The journal's port over a list of events, for tests: understands the words that an investigation writes, and no more.
import ipaddr from 'ipaddr.js'
import type { OrganisationId } from '../../core/ids.ts'
import type { Coverage, EventCount, EventPage, EventRecord } from '../../wire/api/events.ts'
import { eventBody } from './event-body.ts'
import type { EventsPort } from './events-port.ts'

export type MemoryEvents = EventsPort & {
  /** Every query asked, in order. */
  readonly asked: readonly string[]
}

/** @param coverage what every answer says it covers */
export function memoryEvents(
  organisation: OrganisationId,
  all: readonly EventRecord[],
  coverage: Coverage,
): MemoryEvents {
  const asked: string[] = []
  const newestFirst = all.toSorted((a, b) => b.arrivedAt - a.arrivedAt || (a.id < b.id ? 1 : -1))
  const matching = (who: OrganisationId, q: string): readonly EventRecord[] => {
    asked.push(q)
    return who === organisation ? newestFirst.filter((event) => holds(event, q)) : []
  }
  return {
    asked,
    async search(who, { q, limit, cursor }): Promise<EventPage> {
      const from = cursor === undefined ? 0 : Number(cursor)
      const found = matching(who, q)
      const next = from + limit < found.length ? String(from + limit) : null
      return { v: 1, events: found.slice(from, from + limit), losses: [], next, live: null, coverage }
    },
    async count(who, { q }): Promise<EventCount> {
      return { v: 1, count: matching(who, q).length, coverage }
    },
  }
}

/** `(a OR b) c -d`, each a `field:"value"` or `field:*`. */
function holds(event: EventRecord, q: string): boolean {
  const group = /^\((.*?)\) /s.exec(q)
  const rest = group === null ? q : q.slice(group[0].length)
  const any = group?.[1]?.split(' OR ')
  return (any?.some((word) => wordHolds(event, word)) ?? true) && wordsOf(rest).every((word) => wordHolds(event, word))
}

function wordsOf(text: string): readonly string[] {
  return text.match(/-?[a-z0-9_]+:(?:"(?:[^"\\]|\\.)*"|\*)/g) ?? []
}

function wordHolds(event: EventRecord, word: string): boolean {
  if (word.startsWith('-')) return !wordHolds(event, word.slice(1))
  const colon = word.indexOf(':')
  const field = word.slice(0, colon)
  const value = word.slice(colon + 2, -1).replace(/\\(.)/g, '$1')
  const body = eventBody(event)
  if (body === undefined) return false
  switch (field) {
    case 'device':
      return event.device === value
    case 'sensor':
      return body.sensor === value
    case 'type':
      return body.type === value
    case 'sid':
      return word.endsWith('*') ? body.signature !== undefined : body.signature?.id === value
    case 'domain':
      return body.observables.some((held) => held.type === 'domain' && `.${held.value}`.endsWith(`.${value}`))
    case 'ip':
    case 'ipv6':
      return body.observables.some(
        (held) => held.type.startsWith('ip') && (held.value === value || isWithin(held.value, value)),
      )
    default:
      return body.observables.some((held) => held.type === field && held.value === value)
  }
}

function isWithin(address: string, network: string): boolean {
  if (!network.includes('/')) return false
  const [parsed, range] = [ipaddr.parse(address), ipaddr.parseCIDR(network)]
  return parsed.kind() === range[0].kind() && parsed.match(range)
}
