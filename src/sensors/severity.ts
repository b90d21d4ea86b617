// The one severity table of docs/vocabulary.md, as far as more than one sensor shares it.
import type { Severity } from '../core/event.ts'

/**
 * Priorities of rules: lower = worse in Suricata, Snort and Firepower; 0 is unset, not worst (traps C1).
 * @param priority 1, 2, 3 …; undefined where the line has none
 */
export function severityOfPriority(priority: number | undefined): Severity {
  if (priority === undefined || !(priority >= 1)) return 'unknown'
  if (priority < 2) return 'high'
  return priority < 3 ? 'medium' : 'low'
}
