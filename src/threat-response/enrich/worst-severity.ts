// The order of severities, for what stands for several events.
import type { Severity } from '../../core/event.ts'

const order = ['unknown', 'low', 'medium', 'high'] as const satisfies readonly Severity[]

export function severityRank(severity: Severity): number {
  return order.indexOf(severity)
}

export function worstSeverity(a: Severity, b: Severity): Severity {
  return severityRank(a) >= severityRank(b) ? a : b
}
