// Type, severity, class and flow number of an EVE line from its text alone (delivery N7). `read` takes them from here
// too, so the two can never disagree.
import type { SelectionClass, Severity } from '../../core/event.ts'
import { integerAt, memberValue, stringAt } from '../json-text.ts'
import { severityOfPriority } from '../severity.ts'

export type EveGlance = {
  /** Whether a longer text could say more: how bad the alert is, whether the flow carried one. */
  readonly isDecided: boolean
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
  if (selection === 'intrusion') {
    const severity = alertSeverity(text, open)
    return { type, severity, selection, isDecided: severity !== 'unknown' }
  }
  if (type !== 'flow') return { type, severity: 'unknown', selection, isDecided: true }
  const at = memberOf(text, open, '"flow"', '"alerted"')
  const isTied = at >= 0 && text.startsWith('true', at)
  return { type, severity: 'unknown', selection: isTied ? 'connection-high' : selection, isDecided: at >= 0 }
}

/**
 * @param parsed the member as JSON.parse gives it
 * @returns the number of the flow as text; cut from the line where a number cannot hold it (style 3, Numbers)
 */
export function flowIdText(parsed: unknown, text: string, open: number): string | undefined {
  if (typeof parsed === 'string') return parsed === '' ? undefined : parsed
  if (typeof parsed !== 'number') return undefined
  if (Number.isSafeInteger(parsed)) return String(parsed)
  const at = memberValue(text, open, '"flow_id"')
  return at < 0 ? undefined : integerAt(text, at)
}

function alertSeverity(text: string, open: number): Severity {
  const digits = memberOf(text, open, '"alert"', '"severity"')
  const priority = digits < 0 ? undefined : integerAt(text, digits)
  return severityOfPriority(priority === undefined ? undefined : Number(priority))
}

function memberOf(text: string, open: number, object: string, key: string): number {
  const at = memberValue(text, open, object)
  return at >= 0 && text.charCodeAt(at) === 0x7b ? memberValue(text, at, key) : -1
}
