// What stands before a Firepower message: priority, time, host and tag, in the many forms that devices and relays
// write (traps C2).
import { civilTime, isoTime, monthNumber, yearlessTime } from '../event-time.ts'

export type SyslogHead = {
  readonly product: 'FTD' | 'NGIPS' | 'ASA'
  /** Message id, `430001`. The digit before it is a setting, not a severity. */
  readonly id: string
  /** Where the message begins behind the tag. */
  readonly bodyAt: number
  /** What stands before the tag. */
  readonly before: string
}

/** The tag stands somewhere in the head; a class may stand in it: `%FTD-session-5-305013`. */
const tag = /%(FTD|NGIPS|ASA)-(?:[A-Za-z][A-Za-z0-9_]{0,31}-)?[0-9]-([0-9]{3,8})(?![0-9])[: ]{0,8}/

/** @returns the first tag of the line; undefined where it has none. */
export function syslogHead(line: string): SyslogHead | undefined {
  const match = tag.exec(line)
  const product = match?.[1]
  if (!match?.[2] || (product !== 'FTD' && product !== 'NGIPS' && product !== 'ASA')) return undefined
  return { product, id: match[2], bodyAt: match.index + match[0].length, before: line.slice(0, match.index) }
}

export type Origin = { readonly at: number | undefined; readonly host: string | undefined }

/** No head is longer: what is, is text of something else. */
const headMax = 1024
const priority = /^(?:\ufeff)?<\d{1,3}>/
const version = /^1 /
const isoStart = /^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?)(?=[\s:]|$)/
const monthStart =
  /^([A-Za-z]{3}) {1,2}(\d{1,2}) (?:(\d{4}) )?(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?: (?:(\d{4})|UTC|GMT))?(?=[\s:]|$)/

/**
 * @param before the head before the tag
 * @param zoneMinutes zone of a time without offset, minutes east of UTC
 * @returns time and host of the head, where it names them
 */
export function originOf(before: string, arrivedAt: number, zoneMinutes: number): Origin {
  if (before.length > headMax) return { at: undefined, host: undefined }
  const bare = before.replace(priority, '')
  const isRfc5424 = version.test(bare)
  const text = bare.replace(version, '').trimStart()
  const iso = isoStart.exec(text)
  const month = iso ? undefined : monthStart.exec(text)
  const at = iso?.[1] ? isoTime(iso[1], zoneMinutes) : monthTime(month, arrivedAt, zoneMinutes)
  const rest = text.slice((iso ?? month)?.[0].length ?? 0)
  const words = rest.split(/[\s]+/, 64).map((word) => word.replace(/^:+|:+$/g, ''))
  const hosts = words.filter((word) => word !== '' && !notHosts.has(word) && !/^\d\d:\d\d:\d\d/.test(word))
  return { at, host: isRfc5424 ? hosts[0] : hosts.at(-1) }
}

/** Words between the host and the tag that name no host. */
const notHosts = new Set(['-', 'Alerts', 'SFIMS', 'UTC', 'GMT'])

function monthTime(
  match: RegExpExecArray | null | undefined,
  arrivedAt: number,
  zoneMinutes: number,
): number | undefined {
  if (!match) return undefined
  const [whole, word, day, yearBefore, hour, minute, second, fraction, yearAfter] = match
  const month = monthNumber(word ?? '')
  if (month === undefined) return undefined
  const parts = {
    month,
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second),
    fraction,
  }
  const zone = /(?:UTC|GMT)$/.test(whole) ? 0 : zoneMinutes
  const year = yearBefore ?? yearAfter
  if (year === undefined) return yearlessTime(parts, arrivedAt, zone)
  const civil = civilTime(Number(year), month, parts.day, parts.hour, parts.minute, parts.second)
  return civil === undefined ? undefined : civil - zone * 60_000
}
