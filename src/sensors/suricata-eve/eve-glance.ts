// Type, severity, class and flow number of an EVE line from its text alone (delivery N7). `read` takes them from here
// too, so the two can never disagree.
import type { SelectionClass, Severity } from '../../core/event.ts'
import { integerAt, memberValue, stringAt } from '../json-text.ts'
import { severityOfPriority } from '../severity.ts'

export type EveGlance = {
  readonly type: string
  readonly severity: Severity
  readonly selection: SelectionClass
}

/** Types that belong to a class; a flow that carried an alert is of high priority (docs/vocabulary.md). */
export const eveClasses: Readonly<Record<string, SelectionClass>> = {
  alert: 'intrusion',
  drop: 'intrusion',
  flow: 'connection',
  netflow: 'connection',
  fileinfo: 'file-malware',
}

/**
 * @param text the line or its beginning
 * @param open where its object begins
 * @returns undefined where the text, perhaps cut, does not say it
 */
export function glanceEve(text: string, open: number): EveGlance | undefined {
  const type = stringAt(text, memberValue(text, open, '"event_type"'))
  if (type === undefined || type === '') return undefined
  const selection = Object.hasOwn(eveClasses, type) ? (eveClasses[type] ?? 'other') : 'other'
  if (selection === 'intrusion') return { type, severity: alertSeverity(text, open), selection }
  if (type === 'flow' && carriedAlert(text, open)) return { type, severity: 'unknown', selection: 'connection-high' }
  return { type, severity: 'unknown', selection }
}

/** @returns the number of the flow as text: JSON.parse would round it (style 3, Numbers); undefined where none. */
export function flowIdText(text: string, open: number): string | undefined {
  const at = memberValue(text, open, '"flow_id"')
  return at < 0 ? undefined : (integerAt(text, at) ?? stringAt(text, at))
}

/** @returns whether the text says how bad the alert is, or whether the flow carried one: else the whole line is needed. */
export function isDecided(glance: EveGlance): boolean {
  if (glance.selection === 'intrusion') return glance.severity !== 'unknown'
  return glance.type !== 'flow' || glance.selection === 'connection-high'
}

function alertSeverity(text: string, open: number): Severity {
  const digits = memberOf(text, open, '"alert"', '"severity"')
  const priority = digits < 0 ? undefined : integerAt(text, digits)
  return severityOfPriority(priority === undefined ? undefined : Number(priority))
}

function carriedAlert(text: string, open: number): boolean {
  const at = memberOf(text, open, '"flow"', '"alerted"')
  return at >= 0 && text.startsWith('true', at)
}

function memberOf(text: string, open: number, object: string, key: string): number {
  const at = memberValue(text, open, object)
  return at >= 0 && text.charCodeAt(at) === 0x7b ? memberValue(text, at, key) : -1
}
