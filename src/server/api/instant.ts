// An instant as people and programs write it: ISO 8601, Unix milliseconds, or an age like `1h` (docs/query.md).
import { Fault } from '../../core/fault.ts'

const unitsMs = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
  ['w', 604_800_000],
])

/** Beyond it JavaScript has no date: ±100 million days. */
const instantMax = 8_640_000_000_000_000

/**
 * @param text `2026-11-24T03:10:02Z` (a time without zone, and a day alone, mean UTC), `1700000000000`, `90s`, `now`
 * @param now Unix ms, what an age counts back from
 * @returns Unix ms
 * @throws Fault input.malformed
 */
export function parseInstant(text: string, now: number): number {
  const trimmed = text.trim()
  if (trimmed === 'now') return now
  if (/^\d{1,16}$/.test(trimmed)) return checked(Number(trimmed), text)
  const age = /^(\d{1,9})(ms|s|m|h|d|w)$/.exec(trimmed)
  if (age) return checked(now - Number(age[1]) * (unitsMs.get(age[2] ?? '') ?? Number.NaN), text)
  const iso = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:?\d{2})?)?$/i.exec(trimmed)
  if (!iso) return checked(Number.NaN, text)
  const zone = (iso[3] ?? 'Z').toUpperCase().replace(/^([+-]\d{2})(\d{2})$/, '$1:$2')
  return checked(Date.parse(`${iso[1]}T${iso[2] ?? '00:00'}${zone}`), text)
}

function checked(instant: number, text: string): number {
  if (Number.isFinite(instant) && Math.abs(instant) <= instantMax) return instant
  throw new Fault('input.malformed', {
    what: `"${text.slice(0, 80)}" is no instant`,
    remedy: 'Give an age like 15m, 1h or 7d, an ISO 8601 time like 2026-11-24T03:10:02Z, or Unix milliseconds.',
  })
}
