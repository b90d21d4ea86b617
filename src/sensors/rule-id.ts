// The number of a rule, `gid:sid:rev`, as Snort and Suricata write it.
import type { Signature } from '../core/event.ts'

/**
 * @param rule `1:2012811:2`
 * @param name what the rule says; where the line has no message, the rule itself names it (traps C4)
 */
export function signatureOfRule(rule: string, name: string | undefined): Signature | undefined {
  const match = /^(\d{1,10}):(\d{1,10})(?::\d{1,10})?$/.exec(rule)
  return match ? { id: `${match[1]}:${match[2]}`, name: name ?? rule } : undefined
}
