// The four severities as the console shows them: a word always stands beside the colour (console-and-cli rule 23).
import type { Severity } from '../../core/event.ts'

export const severities = ['high', 'medium', 'low', 'unknown'] as const satisfies readonly Severity[]

/** Where a canvas needs a colour, in both themes with 3:1 to the background; style sheets hold the same as variables. */
export const severityColours: Readonly<Record<'dark' | 'light', Readonly<Record<Severity, string>>>> = {
  dark: { high: '#ff6b6b', medium: '#f5a524', low: '#4dabf7', unknown: '#7c8aa5' },
  light: { high: '#d6293e', medium: '#b25e00', low: '#1971c2', unknown: '#66738c' },
}

/** High first. */
export function severityRank(severity: Severity): number {
  return severities.indexOf(severity)
}
