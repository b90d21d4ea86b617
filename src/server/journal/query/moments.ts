// Times as a query writes them: an age (`1h`, `30m`, `7d`), or a date with or without time (docs/query.md).
import type { Times } from './plan.ts'
import { anyTime } from './plan.ts'
import { malformed, type Word } from './words.ts'

const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }
const dayMs = 86_400_000

/** @returns what `since:`, `until:` and `arrived:` say. @param now Unix ms */
export function timesOf(word: Word, field: 'since' | 'until' | 'arrived', now: number): Times {
  const { value } = word
  if (field === 'since') return { ...anyTime, since: moment(word, value, now, false) }
  if (field === 'until') return { ...anyTime, until: moment(word, value, now, true) }
  const between = value.indexOf('..')
  const [first, last] = between < 0 ? [value, ''] : [value.slice(0, between), value.slice(between + 2)]
  if (first === '' && last === '') throw malformed(`"${word.text}" names no time`, word.at)
  return {
    ...anyTime,
    arrivedSince: first === '' ? null : moment(word, first, now, false),
    arrivedUntil: last === '' ? null : moment(word, last, now, true),
  }
}

/** @param last of a bare day or minute its last millisecond, not its first */
function moment(word: Word, text: string, now: number, last: boolean): number {
  const age = /^(\d{1,6})([smhdw])$/.exec(text)
  if (age !== null) return now - Number(age[1]) * (unitMs[age[2] ?? ''] ?? 0)
  const date = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(Z|[+-]\d{2}:?\d{2})?)?$/i.exec(text)
  // A time without zone is UTC: the same query means the same everywhere.
  const zoned = date !== null && text.length > 10 && date[1] === undefined ? `${text}Z` : text
  const at = date === null ? Number.NaN : Date.parse(zoned.replace(/([+-]\d{2})(\d{2})$/, '$1:$2'))
  if (Number.isNaN(at))
    throw malformed(`"${text}" is no time: give an age as 1h, 30m or 7d, or a date as 2026-11-24T10:00Z`, word.at)
  if (!last) return at
  if (text.length === 10) return at + dayMs - 1
  if (/:\d{2}:\d{2}\./.test(text)) return at
  return /T?\d{2}:\d{2}:\d{2}/.test(text) ? at + 999 : at + 59_999
}
