// Times as sensors write them: with an offset, without one (the sensor's zone), without a year (traps C1, C2, C4, C5).

const dayMs = 86_400_000

/**
 * @param text `2018-03-23T22:00:00.123456-0600`, with `Z`, `-06:00`, no offset, or a blank for the `T`
 * @param zoneMinutes zone of a time without offset, minutes east of UTC
 * @returns Unix ms, rounded down; undefined where the text is no time of that form
 */
export function isoTime(text: string, zoneMinutes: number): number | undefined {
  const common = commonForm(text)
  if (common !== undefined) return common
  const match = isoForm.exec(text)
  if (!match) return undefined
  const [, year, month, day, hour, minute, second, fraction, offset] = match
  const at = civilTime(Number(year), Number(month), Number(day), Number(hour), Number(minute), Number(second))
  if (at === undefined) return undefined
  return at + milliseconds(fraction) - offsetMinutes(offset, zoneMinutes) * 60_000
}

const isoForm =
  /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,12}))?)? ?(Z|z|UTC|[+-]\d\d(?::?\d\d)?)?$/

/** The minute that was read last, as text and as Unix ms: lines of one file mostly share it. */
let lastMinute = ''
let lastMinuteAt = 0

/** Suricata's own form, `…T22:00:00.123456-0600`, read digit by digit: every line has one, and a pattern costs most. */
function commonForm(text: string): number | undefined {
  if (text.length !== 31 || text.charCodeAt(16) !== 0x3a || text.charCodeAt(19) !== 0x2e) return undefined
  const sign = text.charCodeAt(26)
  if (sign !== 0x2b && sign !== 0x2d) return undefined
  const second = digitsAt(text, 17, 2)
  const fraction = digitsAt(text, 20, 3)
  const hours = digitsAt(text, 27, 2)
  const minutes = digitsAt(text, 29, 2)
  // One that is no digit makes its sum NaN, and so the whole.
  const offset = (hours * 60 + minutes) * (sign === 0x2d ? -60_000 : 60_000)
  if (!(second <= 59) || Number.isNaN(fraction + offset + digitsAt(text, 23, 3))) return undefined
  if (!text.startsWith(lastMinute) || lastMinute === '') {
    const minute = text.slice(0, 16)
    const at = isoTime(minute, 0)
    if (at === undefined) return undefined
    lastMinute = minute
    lastMinuteAt = at
  }
  return lastMinuteAt + second * 1000 + fraction - offset
}

function digitsAt(text: string, at: number, count: number): number {
  let value = 0
  for (let index = at; index < at + count; index++) {
    const digit = text.charCodeAt(index) - 0x30
    if (!(digit >= 0 && digit <= 9)) return Number.NaN
    value = value * 10 + digit
  }
  return value
}

/** Parts of a time whose year is not written. */
export type YearlessTime = {
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly fraction: string | undefined
}

/**
 * Finds the year that puts a time nearest before its arrival, at most one day ahead: 31 December read in January is
 * last year's, and 29 February that of the last leap year (traps C1).
 * @returns Unix ms; undefined where no year makes it a time
 */
export function yearlessTime(parts: YearlessTime, arrivedAt: number, zoneMinutes: number): number | undefined {
  const latest = arrivedAt + dayMs
  const thisYear = new Date(latest).getUTCFullYear()
  // Nine years back always hold a leap year, also round 1900 and 2100.
  for (let year = thisYear + 1; year >= thisYear - 9; year--) {
    const civil = civilTime(year, parts.month, parts.day, parts.hour, parts.minute, parts.second)
    if (civil === undefined) continue
    const at = civil + milliseconds(parts.fraction) - zoneMinutes * 60_000
    if (at <= latest) return at
  }
  return undefined
}

/** @returns Unix ms of a time written out in UTC; undefined where the calendar has none such (second 60 is allowed). */
export function civilTime(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
): number | undefined {
  if (!(year >= 1000 && month >= 1 && month <= 12 && day >= 1 && day <= 31)) return undefined
  const whole = Number.isNaN(second) ? 0 : second
  if (!(hour <= 24 && minute <= 59 && whole <= 60)) return undefined
  if (day > 28 && day > daysIn(year, month)) return undefined
  return Date.UTC(year, month - 1, day, hour, minute, whole)
}

/** @returns the month's number, 1 to 12, of `Jan` … `Dec` in any case; undefined for other words. */
export function monthNumber(word: string): number | undefined {
  const at = 'janfebmaraprmayjunjulaugsepoctnovdec'.indexOf(word.toLowerCase())
  return word.length === 3 && at >= 0 && at % 3 === 0 ? at / 3 + 1 : undefined
}

/** @returns whole milliseconds of the digits after a decimal point. */
export function milliseconds(fraction: string | undefined): number {
  return fraction === undefined ? 0 : Number(fraction.slice(0, 3).padEnd(3, '0'))
}

/** @returns Unix ms of seconds, or of milliseconds where the number is too large for seconds (traps C6). */
export function epochTime(value: number): number | undefined {
  if (!Number.isFinite(value) || value < 0 || value >= 1e15) return undefined
  return Math.floor(value >= 1e11 ? value : value * 1000)
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate()
}

function offsetMinutes(offset: string | undefined, zoneMinutes: number): number {
  if (offset === undefined) return zoneMinutes
  if (!/^[+-]/.test(offset)) return 0
  const digits = offset.slice(1).replace(':', '').padEnd(4, '0')
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))
  return offset.startsWith('-') ? -minutes : minutes
}
