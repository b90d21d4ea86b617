// A URL in a text: from its scheme to where it must end. `hxxp`, `hXXps` and `meow` are the web's schemes in disguise.
import { normalise } from '../../core/observable.ts'
import { ADDRESS, DIGIT, LETTER_OR_DIGIT, LOCAL, NAME, URL_REST, characterClass, runEnd } from './character-class.ts'
import { knownDomain } from './known-domain.ts'

export type Found<T> = { readonly value: T; readonly end: number }

/** A path may be long; beyond this it is no address that anybody looks for. */
const LENGTH_MAX = 4096
const HOST_MAX = 253
const USER_MAX = 128
const SCHEME_MAX = 20
const BRACKETS_MAX = 128

/**
 * @param nameStart where the run of name characters before the colon begins
 * @param colon place of `://`
 * @returns the URL with plain scheme and host (lower case, IDN as punycode), and where the text goes on; no value where it
 * is too long, and then it is passed over all the same: reading its parts anew would cost its length for each
 */
export function readUrl(text: string, nameStart: number, colon: number): Found<string | undefined> | undefined {
  const scheme = plainScheme(text.slice(Math.max(nameStart, colon - SCHEME_MAX), colon))
  if (scheme === undefined) return undefined
  const userEnd = runEnd(text, colon + 3, LOCAL, USER_MAX)
  const user = readUser(text, colon + 3, userEnd)
  const host = readHost(text, user.end, web.has(scheme))
  if (host === undefined) return undefined
  let end = host.end
  let port = ''
  if (text[end] === ':') {
    const portEnd = runEnd(text, end + 1, DIGIT, 6)
    if (portEnd > end + 1 && portEnd < end + 7) {
      port = text.slice(end, portEnd)
      end = portEnd
    }
  }
  const restStart = end
  if ('/?#'.includes(text[end] ?? ' ')) end = restEnd(text, end)
  const value = `${scheme}://${user.value}${host.value}${port}${text.slice(restStart, end)}`
  return { value: value.length <= LENGTH_MAX ? normalise('url', value)?.value : undefined, end }
}

const web = new Set(['http', 'https', 'ftp', 'ftps'])
const disguises = /^(?:h[tx]{2,4}p|meow|fxp)$/

/** The scheme that ends the run: `see-http` holds `http`. A plus belongs to some (`stratum+tcp`). */
function plainScheme(run: string): string | undefined {
  const word = run.slice(Math.max(run.lastIndexOf('_'), run.lastIndexOf('-'), run.lastIndexOf('.')) + 1).toLowerCase()
  if (word === '' || (characterClass(word.charCodeAt(0)) & DIGIT) !== 0) return undefined
  const secure = word.endsWith('s')
  const stem = secure ? word.slice(0, -1) : word
  if (!disguises.test(stem)) return /^[a-z][a-z0-9+]*$/.test(word) ? word : undefined
  return (stem === 'fxp' ? 'ftp' : 'http') + (secure ? 's' : '')
}

function readUser(text: string, from: number, firstEnd: number): Found<string> {
  let end = firstEnd
  if (text[end] === ':') end = runEnd(text, end + 1, LOCAL, USER_MAX)
  return text[end] === '@' ? { value: text.slice(from, end + 1), end: end + 1 } : { value: '', end: from }
}

/** A known domain, an address, and for the schemes of the web any name: `http://intranet/` is a URL. */
function readHost(text: string, from: number, anyName: boolean): Found<string> | undefined {
  if (text[from] === '[') {
    const end = runEnd(text, from + 1, ADDRESS, 48)
    const address = text[end] === ']' ? normalise('ipv6', text.slice(from + 1, end)) : undefined
    return address && { value: `[${address.type === 'ip' ? `::ffff:${address.value}` : address.value}]`, end: end + 1 }
  }
  let end = runEnd(text, from, NAME, HOST_MAX + 1)
  while (end > from && '.-_'.includes(text[end - 1] ?? '')) end--
  const name = text.slice(from, end)
  if (name === '' || name.length > HOST_MAX) return undefined
  const known = normalise('ip', name)?.value ?? knownDomain(name)
  if (known !== undefined) return { value: known, end }
  const first = characterClass(name.charCodeAt(0)) & LETTER_OR_DIGIT
  return anyName && first !== 0 && !name.includes('..') ? { value: name, end } : undefined
}

/** Brackets that open inside close inside, or end the URL, as one does that closes more; then punctuation goes. */
function restEnd(text: string, from: number): number {
  let at = from
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === 0x29 || (code !== 0x5b && (characterClass(code) & URL_REST) === 0)) break
    const next = code === 0x28 ? closingEnd(text, at) : code === 0x5b ? parameterEnd(text, at) : at + 1
    if (next === undefined) break
    at = next
  }
  while (at > from && '.;:!?*+'.includes(text[at - 1] ?? ' ')) at--
  return at
}

/** @returns behind the bracket that closes the one at `open`, looking only so far: a hostile text opens thousands */
function closingEnd(text: string, open: number): number | undefined {
  let depth = 0
  for (let at = open; at < Math.min(text.length, open + BRACKETS_MAX); at++) {
    const code = text.charCodeAt(at)
    if ((characterClass(code) & URL_REST) === 0) return undefined
    if (code === 0x28) depth++
    else if (code === 0x29 && --depth === 0) return at + 1
  }
  return undefined
}

/** `[]` and `[name]` stand in a query before `=` or another bracket; elsewhere a bracket ends the URL (`url[text]`). */
function parameterEnd(text: string, at: number): number | undefined {
  const end = runEnd(text, at + 1, NAME, 40)
  if (text[end] !== ']') return undefined
  return text[end + 1] === '=' || text[end + 1] === '[' ? end + 1 : undefined
}
