// Times as people read them: UTC with the offset said, the relative one as a second reading (console-and-cli 7).

/** @returns `2026-11-24 03:10:02.123Z`, or '–' where there is no instant (0). */
export function utc(at: number, parts: 'full' | 'seconds' | 'minutes' = 'full'): string {
  if (at === 0 || !Number.isFinite(at)) return '–'
  const iso = new Date(Math.min(Math.max(at, -8.64e15), 8.64e15)).toISOString().replace('T', ' ')
  return parts === 'full' ? iso : `${iso.slice(0, parts === 'seconds' ? -5 : -8)}Z`
}

/** @returns `3 min ago`, `in 2 h`; the nearest lower unit. */
export function relative(at: number, now: number): string {
  const seconds = Math.round(Math.abs(now - at) / 1000)
  if (seconds < 5) return 'now'
  const [length, unit] = units.find(([unitLength]) => seconds >= unitLength) ?? [1, 's']
  const text = `${Math.floor(seconds / length)} ${unit}`
  return at > now ? `in ${text}` : `${text} ago`
}

const units = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
  [1, 's'],
] as const

/** @returns `15 min`, `2 h`, `1.5 s`, `40 ms`: a width or duration in ms. */
export function duration(ms: number): string {
  if (ms > 0 && ms < 1_000) return `${Math.round(ms)} ms`
  const seconds = ms / 1000
  const [length, unit] = units.find(([unitLength]) => seconds >= unitLength) ?? [1, 's']
  return `${Number((seconds / length).toFixed(1))} ${unit}`
}

/**
 * Reads an end of a time range as people type it: `15m`, `24h`, `7d` before now, Unix ms, or an ISO date or instant
 * (UTC where no offset is given).
 * @returns Unix ms, or undefined where it says nothing
 */
export function instant(text: string, now: number): number | undefined {
  const trimmed = text.trim()
  const back = /^(\d{1,6})\s*(s|m|min|h|d|w)$/.exec(trimmed)
  if (back?.[1] && back[2]) return now - Number(back[1]) * (widths[back[2]] ?? 0)
  if (/^\d{10,16}$/.test(trimmed)) return Number(trimmed)
  if (!/^\d{4}-\d\d-\d\d/.test(trimmed)) return undefined
  const zoned = /^\d{4}-\d\d-\d\d$/.test(trimmed) || /(?:Z|[+-]\d\d:?\d\d)$/i.test(trimmed) ? trimmed : `${trimmed}Z`
  const at = Date.parse(zoned.replace(' ', 'T'))
  return Number.isNaN(at) ? undefined : at
}

const widths: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

/** @returns `20,339`; counts are read in groups of three. */
export function count(value: number): string {
  return value.toLocaleString('en-US')
}

/** @returns `1 event`, `2 events`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`
}
