// Snort's time: `MM/DD-HH:MM:SS.usec`, with `-y` a year before it; local unless `-U` (traps C4).
import { civilTime, milliseconds, yearlessTime } from './event-time.ts'

const form = /^(?:(\d{2}|\d{4})\/)?(\d{2})\/(\d{2})-(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?$/

/**
 * @param zoneMinutes zone of the sensor, minutes east of UTC
 * @returns Unix ms; undefined where the text is no such time
 */
export function snortTime(text: string, arrivedAt: number, zoneMinutes: number): number | undefined {
  const match = form.exec(text)
  if (!match) return undefined
  const [, year, month, day, hour, minute, second, fraction] = match
  const parts = {
    month: Number(month),
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second),
    fraction,
  }
  if (year === undefined) return yearlessTime(parts, arrivedAt, zoneMinutes)
  const full = year.length === 2 ? 2000 + Number(year) : Number(year)
  const civil = civilTime(full, parts.month, parts.day, parts.hour, parts.minute, parts.second)
  return civil === undefined ? undefined : civil + milliseconds(fraction) - zoneMinutes * 60_000
}
