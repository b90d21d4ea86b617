// What the demonstration's relay module knows: judgements, sightings and relations about the story, as CTIM documents
// (threat-response contract 4). Original data.
import { story } from './story.ts'

export type Known = {
  readonly type: string
  readonly value: string
  readonly disposition: 2 | 3
  readonly severity: 'High' | 'Medium'
  readonly reason: string
  /** Other ends of what it is related to. */
  readonly relations: readonly { readonly relation: string; readonly type: string; readonly value: string }[]
}

const dispositionNames = { 2: 'Malicious', 3: 'Suspicious' } as const
const source = 'Demonstration intelligence'
const validMs = 30 * 24 * 3_600_000
const firstSeenMs = 9 * 24 * 3_600_000

export const known: readonly Known[] = [
  {
    type: 'ip',
    value: story.server,
    disposition: 2,
    severity: 'High',
    reason: 'Command server of the DEMO-BEACON family since last week',
    relations: [{ relation: 'Resolved_To', type: 'domain', value: story.domain }],
  },
  {
    type: 'domain',
    value: story.domain,
    disposition: 2,
    severity: 'High',
    reason: 'Registered nine days ago; only DEMO-BEACON asks for it',
    relations: [],
  },
  {
    type: 'sha256',
    value: story.sha256,
    disposition: 2,
    severity: 'High',
    reason: 'Dropper of DEMO-BEACON: unpacks a script that installs a service',
    relations: [{ relation: 'Downloaded_From', type: 'domain', value: story.domain }],
  },
  {
    type: 'email',
    value: story.mail,
    disposition: 3,
    severity: 'Medium',
    reason: 'Sends invoices that nobody ordered',
    relations: [{ relation: 'Contains', type: 'sha256', value: story.sha256 }],
  },
  {
    type: 'ip',
    value: story.dropZone,
    disposition: 3,
    severity: 'Medium',
    reason: 'File share without an owner; large uploads from several networks',
    relations: [],
  },
]

/** @returns the judgement on it, valid for a month around `now` (Unix ms) */
export function judgement(one: Known, now: number): Record<string, unknown> {
  return {
    id: idOf('judgement', one),
    type: 'judgement',
    schema_version: '1.1.3',
    disposition: one.disposition,
    disposition_name: dispositionNames[one.disposition],
    observable: { type: one.type, value: one.value },
    confidence: 'High',
    severity: one.severity,
    priority: 85,
    reason: one.reason,
    source,
    tlp: 'green',
    valid_time: validTime(now),
  }
}

/** @returns the verdict that the judgement gives */
export function verdict(one: Known, now: number): Record<string, unknown> {
  return {
    type: 'verdict',
    disposition: one.disposition,
    disposition_name: dispositionNames[one.disposition],
    observable: { type: one.type, value: one.value },
    judgement_id: idOf('judgement', one),
    valid_time: validTime(now),
  }
}

/** @returns where others have seen it */
export function sighting(one: Known, now: number): Record<string, unknown> {
  const observable = { type: one.type, value: one.value }
  return {
    id: idOf('sighting', one),
    type: 'sighting',
    schema_version: '1.1.3',
    title: `Seen by partners of ${source}`,
    source,
    count: 3,
    confidence: 'High',
    severity: one.severity,
    internal: false,
    observables: [observable],
    observed_time: { start_time: iso(now - firstSeenMs), end_time: iso(now - 3_600_000) },
    relations: one.relations.map(({ relation, type, value }) => ({
      origin: source,
      relation,
      source: observable,
      related: { type, value },
    })),
  }
}

function validTime(now: number): { readonly start_time: string; readonly end_time: string } {
  return { start_time: iso(now - firstSeenMs), end_time: iso(now - firstSeenMs + validMs) }
}

function idOf(kind: string, { type, value }: Known): string {
  return `transient:${kind}-demo-${type}-${value}`
}

function iso(at: number): string {
  return new Date(at).toISOString()
}
