// Normal forms of addresses and names, kept: they repeat from line to line, and to make them is what costs most.
import { isPlainV4, normalise, type Observable } from '../core/observable.ts'

/** Longer ones are made anew each time. */
const textMax = 128
const formsMax = 16_384

/** Remembers what a pure function said, a bounded number of answers. */
class NormalForms {
  readonly #known = new Map<string, Observable | undefined>()
  readonly #make: (text: string) => Observable | undefined

  constructor(make: (text: string) => Observable | undefined) {
    this.#make = make
  }

  of(text: string): Observable | undefined {
    if (text.length > textMax) return this.#make(text)
    const known = this.#known.get(text)
    if (known !== undefined || this.#known.has(text)) return known
    // A copy: what was cut from a line keeps the whole line in memory.
    const copy = Buffer.from(text).toString()
    const made = this.#make(copy)
    if (this.#known.size >= formsMax) this.#known.clear()
    this.#known.set(copy, made)
    return made
  }
}

const otherAddresses = new NormalForms((text) => normalise('ip', text))

/** IPv4 in its usual form is told at once; remembering it would cost more. */
export const addresses = {
  of: (text: string): Observable | undefined =>
    isPlainV4(text) ? { type: 'ip', value: text } : otherAddresses.of(text),
}

/** A name is an address written as one, a domain, or one label: the name of a host. */
export const names = new NormalForms((text) => {
  const from = text.startsWith('*.') ? 2 : 0
  const name = text.slice(from, text.endsWith('.') ? -1 : undefined)
  if (name === '' || hasControl(name)) return undefined
  if (/^[\d.]+$|:/.test(name)) return normalise('ip', name)
  return normalise(name.includes('.') ? 'domain' : 'hostname', name)
})

/** @returns whether the text holds bytes that no name has; those of NetBIOS do (traps C6). */
export function hasControl(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code < 0x20 || code === 0x7f) return true
  }
  return false
}
