// Text in, observables out (threat-response-contract 3.2, 4.6): one pass over any text, linear whatever it holds
// (security S13).
import { type Observable, normalise } from '../../core/observable.ts'
import { LETTER_OR_DIGIT, LOCAL, NAME, characterClass, runEnd } from './character-class.ts'
import { classifyName } from './classify-name.ts'
import { knownDomain } from './known-domain.ts'
import { ipv4sOf, readIpv6, readNetwork } from './read-address.ts'
import { readUrl } from './read-url.ts'
import { refang } from './refang.ts'

export type Findings = {
  /** Unique, in order of appearance, in normal form. */
  readonly observables: readonly Observable[]
  /** Networks that the text gives with their mask, canonical and unique; their addresses stand in `observables`. */
  readonly networks: readonly string[]
}

/** @returns the observables of any text, defanged or plain: unique, in order of appearance; a URL not its host as well. */
export function inspect(text: string): readonly Observable[] {
  return inspectWithNetworks(text).observables
}

/** @returns the networks of a text (`10.0.0.0/8`), unique, in order of appearance: Investigate asks for the whole. */
export function inspectNetworks(text: string): readonly string[] {
  return inspectWithNetworks(text).networks
}

/** Both in one pass. */
export function inspectWithNetworks(text: string): Findings {
  const plain = refang(text)
  const scan = new Scan(plain.text, plain.provenDots)
  scan.run()
  return { observables: scan.observables, networks: [...scan.networks] }
}

/** Longest part before the `@` (RFC 5321, 4.5.3.1.1). */
const LOCAL_MAX = 64
const HOST_MAX = 253

/** One walk over one text. Every step moves `at` forward; what a step looks at twice is bounded. */
class Scan {
  readonly observables: Observable[] = []
  readonly networks = new Set<string>()
  readonly #text: string
  readonly #provenDots: readonly number[]
  readonly #seen = new Map<string, Set<string>>()
  /** Everything before it is read. */
  #at = 0
  /** End of the last value found: none begins before it. */
  #passed = 0
  /** Of `#provenDots`, the first not yet passed. */
  #nextProven = 0

  constructor(text: string, provenDots: readonly number[]) {
    this.#text = text
    this.#provenDots = provenDots
  }

  run(): void {
    const text = this.#text
    while (this.#at < text.length) {
      const bits = characterClass(text.charCodeAt(this.#at))
      if ((bits & NAME) !== 0) this.#readRun(this.#at)
      else if (!this.#beginsWithColons() || !this.#readIpv6(this.#at)) this.#at++
    }
  }

  /** `::1` */
  #beginsWithColons(): boolean {
    const at = this.#at
    return this.#text.charCodeAt(at) === 0x3a && this.#text.charCodeAt(at + 1) === 0x3a && !this.#afterWord(at)
  }

  #readRun(start: number): void {
    const text = this.#text
    const end = runEnd(text, start, NAME)
    const next = text[end]
    if (next === ':') {
      if (text.startsWith('://', end) && this.#readUrl(start, end)) return
      if (!this.#afterWord(start) && this.#readIpv6(start)) return
    } else if (next === '@' && this.#readEmail(start, end)) return
    this.#readName(start, end)
    this.#at = end
  }

  #readUrl(start: number, colon: number): boolean {
    const url = readUrl(this.#text, this.#schemeStart(start), colon)
    if (url === undefined) return false
    if (url.value !== undefined) this.#add({ type: 'url', value: url.value })
    this.#passTo(url.end)
    return true
  }

  /** `stratum+tcp://`: the plus ended an earlier run, which belongs to the scheme. */
  #schemeStart(runStart: number): number {
    if (this.#text[runStart - 1] !== '+') return runStart
    let start = runStart - 1
    while (start > this.#passed && start > runStart - 16 && this.#is(start - 1, LETTER_OR_DIGIT)) start--
    return start < runStart - 1 ? start : runStart
  }

  #readIpv6(start: number): boolean {
    const found = readIpv6(this.#text, start)
    if (found === undefined) return false
    this.#addAddress(found.value, found.end)
    this.#passTo(found.end)
    return true
  }

  #readEmail(start: number, at: number): boolean {
    const text = this.#text
    let from = start
    while (from > this.#passed && from > at - LOCAL_MAX - 1 && this.#is(from - 1, LOCAL)) from--
    while (from < at && '.+%'.includes(text[from] ?? '')) from++
    let end = runEnd(text, at + 1, NAME, HOST_MAX + 2)
    while (end > at && '.-_'.includes(text[end - 1] ?? '')) end--
    const domain =
      end > at + 1 && at - from <= LOCAL_MAX && at > from ? knownDomain(text.slice(at + 1, end)) : undefined
    if (domain === undefined) return false
    this.#add(normalise('email', `${text.slice(from, at)}@${domain}`))
    this.#passTo(end)
    return true
  }

  /** A run that no sign after it makes more than a name. */
  #readName(runStart: number, runEnd: number): void {
    const text = this.#text
    let start = runStart
    let end = runEnd
    while (end > start && '.-_'.includes(text[end - 1] ?? '')) end--
    // `_name_` is emphasis, `_dmarc.name` a name
    const edges = text[runEnd - 1] === '_' ? '.-_' : '.-'
    while (start < end && edges.includes(text[start] ?? ' ')) start++
    if (end - start < 4) return
    const ipv4s = ipv4sOf(text, start, end)
    if (ipv4s !== undefined) {
      for (const address of ipv4s) this.#addAddress(address, end)
      return
    }
    const around = {
      proven: this.#isProven(start, end),
      before: text.slice(Math.max(0, start - 2), start),
      after: text.slice(end, end + 2),
    }
    const found = classifyName(text.slice(start, end), around)
    if (found !== undefined) this.#add(found)
    else this.#readAsciiParts(start, end, around.proven)
  }

  /** Names inside prose that is written without spaces: each stretch of ASCII on its own. */
  #readAsciiParts(start: number, end: number, proven: boolean): void {
    const text = this.#text
    let from = start
    let mixed = false
    for (let at = start; at <= end; at++) {
      if (at < end && text.charCodeAt(at) < 128) continue
      mixed ||= at < end
      if (mixed && at - from >= 4) {
        const part = text.slice(from, at).replace(/^[.-]+/, '')
        const address = normalise('ip', part)
        this.#add(address ?? classifyName(part, { proven, before: '', after: '' }))
      }
      from = at + 1
    }
  }

  #isProven(start: number, end: number): boolean {
    while ((this.#provenDots[this.#nextProven] ?? Number.POSITIVE_INFINITY) < start) this.#nextProven++
    return (this.#provenDots[this.#nextProven] ?? Number.POSITIVE_INFINITY) < end
  }

  #afterWord(at: number): boolean {
    return at > 0 && (this.#text[at - 1] === ':' || this.#is(at - 1, NAME))
  }

  #is(at: number, bits: number): boolean {
    return (characterClass(this.#text.charCodeAt(at)) & bits) !== 0
  }

  #passTo(end: number): void {
    this.#at = end
    this.#passed = end
  }

  #addAddress(address: Observable, end: number): void {
    this.#add(address)
    const network = readNetwork(this.#text, end, address)
    if (network !== undefined) this.networks.add(network)
  }

  #add(observable: Observable | undefined): void {
    if (observable === undefined) return
    let seen = this.#seen.get(observable.type)
    if (seen === undefined) this.#seen.set(observable.type, (seen = new Set()))
    if (seen.has(observable.value)) return
    seen.add(observable.value)
    this.observables.push(observable)
  }
}
