// Walks one stream's chain as its blocks pass in order of arrival, keeping only its tip and the edges of its gaps: a
// stream of millions of blocks costs no more than one of ten (delivery L3).
import type { BlockHeader } from '../../../wire/block-format.ts'
import { nextSequence, noHash } from '../../../wire/block-format.ts'
import type { Boundary } from './block-store.ts'
import type { StreamRecord } from './stream-record.ts'

export type Broken = { readonly block: number; readonly reason: string }

type Link = {
  readonly number: number
  readonly hash: string
  readonly prev: string
  readonly first: number
  readonly next: number
}
/** A link beside a gap, or one that came later into it. */
type Edge = Link & { before: boolean; after: boolean }

export class ChainWalk {
  readonly #record: StreamRecord
  readonly #begin: Link
  #tip: Link
  readonly #edges = new Map<number, Edge>()
  #events = 0

  /** @param boundary where the expired days of the stream ended, if any have */
  constructor(record: StreamRecord, boundary: Boundary | undefined) {
    this.#record = record
    const { block, hash, sequence } = boundary ?? { block: -1, hash: noHash, sequence: 0 }
    this.#begin = { number: block, hash, prev: '', first: sequence + 1, next: sequence + 1 }
    this.#tip = this.#begin
  }

  /** Events of blocks up to the head that the record names; what arrived since is not its to explain. */
  get events(): number {
    return this.#events
  }

  see(header: BlockHeader, hash: string): Broken | undefined {
    const link: Link = {
      number: header.block,
      hash,
      prev: header.prev,
      first: header.first,
      next: nextSequence(header),
    }
    const { number } = link
    const { block: head, hash: headHash, sequence } = this.#record
    if (number <= head) this.#events += link.next - link.first
    if (number === head && (hash !== headHash || link.next !== sequence + 1))
      return { block: number, reason: 'it is not the head that was acknowledged' }
    const tip = this.#tip
    if (number <= tip.number) return this.#fill(link)
    this.#tip = link
    if (number === tip.number + 1) return joins(tip, link)
    this.#edge(tip).before = true
    this.#edge(link).after = true
    return undefined
  }

  /** Looks at what only the whole stream tells: every gap is a declared hole, and the head is there. */
  finish(): Broken | undefined {
    const { block: head } = this.#record
    if (this.#tip.number < head) return { block: this.#tip.number + 1, reason: 'not stored, and the head is beyond it' }
    const edges = [...this.#edges.values()].sort((a, b) => a.number - b.number)
    let before: Edge | undefined
    for (const edge of edges) {
      if (edge.number < this.#begin.number) continue
      if (before !== undefined) {
        const broken = this.#between(before, edge)
        if (broken !== undefined) return broken
      }
      // Behind an edge that is only `after` the chain was walked without a gap up to the next that is `before` one.
      before = edge.after && !edge.before ? undefined : edge
    }
    return undefined
  }

  #fill(link: Link): Broken | undefined {
    if (link.number === this.#tip.number || this.#edges.has(link.number))
      return { block: link.number, reason: 'stored twice' }
    this.#edges.set(link.number, { ...link, before: true, after: true })
    return undefined
  }

  #edge(link: Link): Edge {
    const edge = this.#edges.get(link.number) ?? { ...link, before: false, after: false }
    this.#edges.set(link.number, edge)
    return edge
  }

  #between(low: Edge, high: Edge): Broken | undefined {
    if (high.number === low.number + 1) return joins(low, high)
    const hole = this.#record.holes.find((each) => each.from <= low.number + 1 && high.number - 1 <= each.through)
    if (hole === undefined) return { block: low.number + 1, reason: 'not stored, and no hole is declared' }
    if (high.first < low.next) return { block: high.number, reason: `it begins at ${high.first}, before ${low.next}` }
    if (hole.from === low.number + 1 && hole.through === high.number - 1)
      if (hole.first !== low.next || hole.last !== high.first - 1)
        return { block: high.number, reason: 'the hole before it has other sequences' }
    return undefined
  }
}

function joins(low: Link, high: Link): Broken | undefined {
  if (high.prev !== low.hash) return { block: high.number, reason: 'its prev is not the hash before it' }
  if (high.first !== low.next) return { block: high.number, reason: `it begins at ${high.first}, not ${low.next}` }
  return undefined
}
