// The demonstration: one attack story among ordinary traffic, seen by four sensors; the same for the same seed.
// Addresses and names of documentation only (RFC 5737, RFC 2606).
import { eveLines } from './eve-lines.ts'
import { firepowerLines } from './firepower-lines.ts'
import type { Happening } from './happening.ts'
import { snortLines } from './snort-lines.ts'
import { type MakeFlow, tell } from './story.ts'
import { zeekLines } from './zeek-lines.ts'

/** Lines by the log they go into. */
export type DemoLines = {
  readonly eve: readonly string[]
  readonly snort: readonly string[]
  readonly zeekConn: readonly string[]
  readonly zeekDns: readonly string[]
  readonly firepower: readonly string[]
}

/** A small, fast, seeded generator (mulberry32): the same seed gives the same story. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** Sites that everybody visits: the demonstration's list of what is common. */
export const ordinarySites = [
  'www.example.com',
  'mail.example.org',
  'cdn.example.net',
  'docs.example',
  'intranet.example',
  'shop.example',
  'video.example.net',
  'weather.example.org',
] as const
const agents = ['Mozilla/5.0 (X11; Linux x86_64)', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64)', 'curl/8.5.0'] as const
const resolver = '192.0.2.53'
/** A piece of the story comes once in so many steps. */
const stepsPerChapter = 12
const firstChapterAt = 5

/** Makes lines for given instants; the story repeats its beacon for as long as lines are asked for. */
export class Scenario {
  readonly #random: () => number
  #number = 1_000_000_000_000
  #step = 0

  constructor(seed: number) {
    this.#random = seededRandom(seed)
  }

  /** @returns the lines of one step at instant `at` (Unix ms): ordinary traffic, and every so often a piece of the story. */
  step(at: number): DemoLines {
    this.#step += 1
    const make: MakeFlow = (flow, afterMs = 0) => this.#flow(at + afterMs, flow)
    const happened = [this.#ordinary(make)]
    if (this.#step % stepsPerChapter === firstChapterAt)
      happened.push(...tell(Math.floor(this.#step / stepsPerChapter), make))
    return {
      eve: happened.flatMap(eveLines),
      snort: happened.flatMap(snortLines),
      ...zeekLines(happened),
      firepower: happened.flatMap(firepowerLines),
    }
  }

  /** @returns the lines of one step as Suricata alone writes them. */
  next(at: number): readonly string[] {
    return this.step(at).eve
  }

  #flow(at: number, flow: Parameters<MakeFlow>[0]): Happening {
    this.#number += 1 + this.#below(1e6)
    const sourcePort = 49_152 + this.#below(16_000)
    return { protocol: 'TCP', sourcePort, ...flow, at, number: this.#number }
  }

  #ordinary(make: MakeFlow): Happening {
    const source = `192.0.2.${60 + this.#below(40)}`
    const name = this.#pick(ordinarySites)
    const address = `198.51.100.${1 + ordinarySites.indexOf(name) * 7}`
    const kind = this.#random()
    if (kind < 0.35) {
      const carried = { kind: 'dns', name, address } as const
      return make({ source, target: resolver, targetPort: 53, protocol: 'UDP', carried })
    }
    if (kind < 0.55) return make({ source, target: address, targetPort: 443, carried: { kind: 'tls', name } })
    if (kind < 0.7) {
      const path = `/page/${this.#below(100)}`
      const carried = { kind: 'http', name, path, agent: this.#pick(agents), bytes: this.#below(50_000) } as const
      return make({ source, target: address, targetPort: 80, carried })
    }
    const down = this.#below(90_000)
    const carried = { kind: 'bytes', up: Math.floor(down / 9), down, lastedMs: 1_000 + this.#below(20_000) } as const
    return make({ source, target: address, targetPort: 443, carried })
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit)
  }

  #pick<T>(values: readonly [T, ...T[]]): T {
    return values[this.#below(values.length)] ?? values[0]
  }
}
