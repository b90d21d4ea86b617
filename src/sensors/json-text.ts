// Finds members of one JSON object in its text without parsing it: the cheap look of the JSON formats (delivery N7).
// A `"key"` whose quotes are not escaped and which a colon follows is a key, never part of a string; only its depth
// must be checked. The first occurrence at the object's own level counts.

const quote = 0x22
const backslash = 0x5c

/** @returns where the object of the line begins, after a BOM, `@cee:` and blanks (traps C5); -1 where there is none. */
export function objectStart(text: string): number {
  if (text.charCodeAt(0) === 0x7b) return 0
  let at = afterBlanks(text, text.charCodeAt(0) === 0xfeff ? 1 : 0)
  if (text.startsWith('@cee:', at)) at = afterBlanks(text, at + 5)
  return text.charCodeAt(at) === 0x7b ? at : -1
}

/**
 * @param open where the object's `{` stands
 * @param key the key with its quotes, `"event_type"`
 * @returns where the value of that member begins; -1 where the text, perhaps cut, holds no such member
 */
export function memberValue(text: string, open: number, key: string): number {
  let at = text.indexOf(key, open + 1)
  while (at >= 0) {
    const value = valueAfter(text, at + key.length)
    if (value >= 0 && text.charCodeAt(at - 1) !== backslash) {
      const inner = text.indexOf('{', open + 1)
      return inner < 0 || inner > at ? value : walkTo(text, open, key)
    }
    at = text.indexOf(key, at + 1)
  }
  return -1
}

/** @returns the string that begins at `at`, unescaped; undefined where none does or it does not end. */
export function stringAt(text: string, at: number): string | undefined {
  if (text.charCodeAt(at) !== quote) return undefined
  const end = stringEnd(text, at)
  if (end >= text.length) return undefined
  const raw = text.slice(at + 1, end)
  return raw.includes('\\') ? unescaped(text.slice(at, end + 1)) : raw
}

/** @returns the digits of the whole number that begins at `at`; undefined where none does or the text ends with it. */
export function integerAt(text: string, at: number): string | undefined {
  let end = at
  for (let code = text.charCodeAt(end); code >= 0x30 && code <= 0x39; code = text.charCodeAt(end)) end++
  const next = text.charCodeAt(end)
  const cut = end >= text.length || next === 0x2e || next === 0x65 || next === 0x45
  return end === at || cut ? undefined : text.slice(at, end)
}

/** @returns whether the line's last visible byte is `}`: a JSON line that is not is cut. */
export function endsAsObject(line: Buffer): boolean {
  let at = line.length - 1
  while (at >= 0 && isBlank(line[at] ?? 0)) at--
  return line[at] === 0x7d
}

/** Exact and slower: walks the members of the object, skipping strings and whatever lies deeper. */
function walkTo(text: string, open: number, key: string): number {
  let depth = 0
  for (let at = open; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === quote) {
      const end = stringEnd(text, at)
      if (depth === 1 && end - at + 1 === key.length && text.startsWith(key, at)) {
        const value = valueAfter(text, end + 1)
        if (value >= 0) return value
      }
      at = end
    } else if (code === 0x7b || code === 0x5b) depth++
    else if (code === 0x7d || code === 0x5d) {
      depth--
      if (depth === 0) return -1
    }
  }
  return -1
}

function valueAfter(text: string, at: number): number {
  const colon = afterBlanks(text, at)
  return text.charCodeAt(colon) === 0x3a ? afterBlanks(text, colon + 1) : -1
}

/** @returns where the closing quote stands; the text's length where it has none. */
function stringEnd(text: string, open: number): number {
  let end = text.indexOf('"', open + 1)
  while (end >= 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1)
  return end < 0 ? text.length : end
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0
  while (text.charCodeAt(at - 1 - backslashes) === backslash) backslashes++
  return backslashes % 2 === 1
}

function unescaped(quoted: string): string | undefined {
  try {
    const value: unknown = JSON.parse(quoted)
    return typeof value === 'string' ? value : undefined
  } catch {
    return undefined // not JSON: the reader at the exchange says so
  }
}

function afterBlanks(text: string, at: number): number {
  let next = at
  while (isBlank(text.charCodeAt(next))) next++
  return next
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0d || code === 0x0a
}
