// Sightings: the events that hold a seed, folded by signature (or type, where there is none) and device. A storm of one
// signature is one row with its count.
import type { Severity } from '../../core/event.ts'
import type { OrganisationId } from '../../core/ids.ts'
import type { Observable } from '../../core/observable.ts'
import type { SightingGroup } from '../../wire/api/investigations.ts'
import type { EventsPort } from './events-port.ts'
import { type Seed, seedKey, term } from './seeds.ts'
import type { Gathered, Sighted } from './gather-events.ts'
import { severityRank, worstSeverity } from './worst-severity.ts'

/** Enough to see what it is about; the rest is one step away in the events. */
const observablesMax = 100
const examplesMax = 5
/** A query of more alternatives comes near the longest that the journal takes. */
const countedSeedsMax = 60
const countedGroupsMax = 200

/** @returns the groups of the events read, worst first, then most, then newest */
export function groupSightings(events: readonly Sighted[], seedKeys: ReadonlySet<string>): readonly SightingGroup[] {
  const groups = new Map<string, Group>()
  for (const sighted of events) {
    const key = groupKey(sighted)
    let group = groups.get(key)
    if (group === undefined) groups.set(key, (group = newGroup(sighted)))
    addTo(group, sighted)
  }
  return [...groups.values()].map((group) => shown(group, seedKeys)).sort(worstFirst)
}

/**
 * Where not all events were read, the count of each group is asked of the journal: what is shown is how many there are,
 * not how many were looked at. First and last stay those of the events read.
 */
export async function countGroups(
  events: EventsPort,
  organisation: OrganisationId,
  groups: readonly SightingGroup[],
  {
    gathered,
    seeds,
    signal,
  }: { readonly gathered: Gathered; readonly seeds: readonly Seed[]; readonly signal: AbortSignal },
): Promise<readonly SightingGroup[]> {
  const hit = seeds.filter(({ key }) => (gathered.seen[key] ?? 0) > 0)
  if (gathered.complete || hit.length > countedSeedsMax) return groups
  const any = `(${hit.map(({ query }) => query).join(' OR ')})`
  const counted: SightingGroup[] = []
  for (const group of groups) {
    signal.throwIfAborted()
    const which = group.signature === null ? '-sid:*' : term('sid', group.signature.id)
    const q = `${any} ${term('device', group.device)} ${term('sensor', group.sensor)} ${term('type', group.type)} ${which}`
    const { count } = counted.length < countedGroupsMax ? await events.count(organisation, { q }, { signal }) : group
    counted.push({ ...group, count: Math.max(count, group.count) })
  }
  return counted.sort(worstFirst)
}

type Group = {
  readonly first: Sighted
  readonly observables: Map<string, Observable>
  readonly examples: string[]
  severity: Severity
  count: number
  firstSeen: number
  lastSeen: number
}

function groupKey({ event, body }: Sighted): string {
  const what = body.signature === undefined ? ['type', body.type] : ['signature', body.type, body.signature.id]
  return JSON.stringify([event.device, body.sensor, ...what])
}

function newGroup(first: Sighted): Group {
  const { at, severity } = first.body
  return { first, observables: new Map(), examples: [], severity, count: 0, firstSeen: at, lastSeen: at }
}

/** Events come newest first, so the first examples are the newest. */
function addTo(group: Group, { event, body }: Sighted): void {
  group.count++
  group.firstSeen = Math.min(group.firstSeen, body.at)
  group.lastSeen = Math.max(group.lastSeen, body.at)
  group.severity = worstSeverity(group.severity, body.severity)
  if (group.examples.length < examplesMax) group.examples.push(event.id)
  for (const observable of body.observables) group.observables.set(seedKey(observable), observable)
}

function shown(group: Group, seedKeys: ReadonlySet<string>): SightingGroup {
  const { event, body } = group.first
  const keys = [...group.observables.keys()]
  const ordered = [...keys.filter((key) => seedKeys.has(key)), ...keys.filter((key) => !seedKeys.has(key))]
  return {
    device: event.device,
    sensor: body.sensor,
    type: body.type,
    signature: body.signature === undefined ? null : { id: body.signature.id, name: body.signature.name },
    severity: group.severity,
    count: group.count,
    firstSeen: group.firstSeen,
    lastSeen: group.lastSeen,
    observables: ordered.slice(0, observablesMax).flatMap((key) => group.observables.get(key) ?? []),
    examples: group.examples,
  }
}

function worstFirst(a: SightingGroup, b: SightingGroup): number {
  return (
    severityRank(b.severity) - severityRank(a.severity) ||
    b.count - a.count ||
    b.lastSeen - a.lastSeen ||
    compare(a.device, b.device) ||
    compare(a.sensor + a.type + (a.signature?.id ?? ''), b.sensor + b.type + (b.signature?.id ?? ''))
  )
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
