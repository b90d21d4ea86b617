// Reads parsed JSON of strangers: what is not of the wanted shape is undefined, never an error.

export type JsonRecord = { readonly [key: string]: unknown }

/**
 * @param text a line decoded as UTF-8
 * @param open where its object begins
 * @returns the object, or why there is none
 */
export function parseRecord(text: string, open: number): JsonRecord | string {
  try {
    const value: unknown = JSON.parse(open === 0 ? text : text.slice(open))
    return isRecord(value) ? value : 'JSON, but no object'
  } catch (error) {
    return `invalid JSON: ${error instanceof Error ? error.message.slice(0, 160) : 'unreadable'}`
  }
}

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function recordOf(value: unknown): JsonRecord | undefined {
  return isRecord(value) ? value : undefined
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** @returns a number, also one that was written as text. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  return typeof value === 'string' && /^[0-9]{1,15}$/.test(value) ? Number(value) : undefined
}

/** @returns the members of a list; a single value is a list of one; nothing is an empty one. */
export function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  return value === undefined || value === null ? nothing : [value]
}

const nothing: readonly unknown[] = []
