// Type, severity and class of a Firepower message, from its id and the few pairs that decide (delivery N7). `read` takes
// them from here too, so that the two cannot disagree.
import type { SelectionClass, Severity } from '../../core/event.ts'
import { severityOfPriority } from '../severity.ts'
import { firstValue } from './pairs.ts'

export type FirepowerKind = { readonly type: string; readonly severity: Severity; readonly selection: SelectionClass }

const words: Readonly<Record<string, string>> = {
  '430001': 'intrusion',
  '430002': 'connection start',
  '430003': 'connection end',
  '430004': 'file',
  '430005': 'malware',
}

/** A connection that Security Intelligence met, or with intrusions or files, is of high priority (docs/vocabulary.md). */
export const firepowerClasses: Readonly<Record<string, SelectionClass>> = {
  intrusion: 'intrusion',
  'connection start': 'connection',
  'connection end': 'connection',
  file: 'file-malware',
  malware: 'file-malware',
}

/**
 * @param id message id; ids without a word of their own are diagnostics, and their type
 * @param body what stands behind the tag
 */
export function kindOf(id: string, body: string): FirepowerKind {
  const type = words[id]
  if (type === undefined) return { type: id, severity: 'unknown', selection: 'other' }
  const selection = firepowerClasses[type] ?? 'other'
  const isHigh = selection === 'connection' && isHighPriority(body)
  return { type, severity: severityOf(type, body), selection: isHigh ? 'connection-high' : selection }
}

/** Lower = worse, and words in some releases; a file is malicious by its disposition alone (traps C1, C2). */
function severityOf(type: string, body: string): Severity {
  if (type === 'malware' && maliciousWords.has(firstValue(body, 'SHA_Disposition') ?? '')) return 'high'
  return (
    severityOfWord(type === 'intrusion' ? firstValue(body, 'Priority') : undefined) ??
    severityOfWord(firstValue(body, 'EventPriority')) ??
    'unknown'
  )
}

const maliciousWords = new Set(['Malware', 'Custom Detection'])

function severityOfWord(text: string | undefined): Severity | undefined {
  if (text === undefined) return undefined
  if (/^\d{1,9}$/.test(text)) return severityOfPriority(Number(text))
  const word = text.toLowerCase()
  return word === 'high' || word === 'medium' || word === 'low' ? word : undefined
}

function isHighPriority(body: string): boolean {
  if (intelligenceKeys.some((key) => isNamed(firstValue(body, key)))) return true
  if (countKeys.some((key) => Number(firstValue(body, key) ?? 0) > 0)) return true
  return tiedReason.test(firstValue(body, 'AccessControlRuleReason') ?? '')
}

const intelligenceKeys = ['SecIntMatchingIP', 'IPReputationSICategory', 'DNSSICategory', 'URLSICategory'] as const
const countKeys = ['IPSCount', 'FileCount'] as const
const tiedReason = /^(?:IP|DNS|URL|Intrusion|File) (?:Block|Monitor|Resume Block|Custom Detection)/

function isNamed(text: string | undefined): boolean {
  return text !== undefined && text !== '' && !/^(?:none|n\/a|unknown)$/i.test(text)
}
