// What the readers of both directions look for in a value from outside.

export type Members = Readonly<Record<string, unknown>>

export function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A whole number from 0 up to `max`. */
export function isNatural(value: unknown, max: number = Number.MAX_SAFE_INTEGER): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= max
}

/** Number of a block, or -1 before the first. */
export function isBlockOrNone(value: unknown): boolean {
  return value === -1 || isNatural(value)
}

/** A Unix time in ms that a Date can hold. */
export function isInstant(value: unknown): boolean {
  return typeof value === 'number' && Math.abs(value) <= 8.64e15
}

export function isText(value: unknown, max: number): value is string {
  return typeof value === 'string' && value.length <= max
}

export function isStreamId(value: unknown): boolean {
  return typeof value === 'string' && /^[0-9a-f]{32}$/.test(value)
}

export function isHash(value: unknown): boolean {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)
}

export function isStreamHead(value: unknown): boolean {
  return isMembers(value) && isBlockOrNone(value['block']) && isHash(value['hash']) && isNatural(value['sequence'])
}

/** Absent, or what `check` says. */
export function isOptional(value: unknown, check: (value: unknown) => boolean): boolean {
  return value === undefined || check(value)
}

/** Few enough members, all of them as `check` says. */
export function areMembers(value: unknown, max: number, check: (name: string, value: unknown) => boolean): boolean {
  if (!isMembers(value)) return false
  const entries = Object.entries(value)
  return entries.length <= max && entries.every(([name, member]) => check(name, member))
}

/** A list of few enough items, all of them as `check` says. */
export function areItems(value: unknown, max: number, check: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.length <= max && value.every(check)
}
