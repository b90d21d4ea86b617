// What the spool knows of each stream and each source (delivery 1.0, S3, C3): heads, blocks held, acknowledgements. It
// changes only by what is synced; tables and lists are views of it.
import { type BlockHeader, type LostSoFar, type StreamEnd, nextSequence, noHash } from '../../../wire/block-format.ts'
import type { DeviceStream, StreamHead } from '../../../wire/streams.ts'
import { BlockIndex } from './block-index.ts'
import { advancePosition } from '../source-position.ts'
import type { EndedStream, SourceMark, SpoolTable, TableStream } from './spool-table.ts'

/** Ended streams are listed for 90 days, and never more than this (delivery S3). */
const endedKeptMs = 90 * 24 * 3_600_000
const endedKeptMax = 10_000

const noHead: StreamHead = { block: -1, hash: noHash, sequence: 0 }

/** One stream. Fields move only through `SpoolStreams`. */
export type SpoolStream = {
  readonly stream: string
  readonly source: string
  /** `live`: its source writes into it; `backlog`: only drains; `ended`: all acknowledged, nothing more comes. */
  state: DeviceStream['state']
  head: StreamHead
  /** Losses declared up to and with the head. */
  lost: LostSoFar
  /** Last block acknowledged, -1 = none. */
  acknowledged: number
  /** Last block ever acknowledged, also where the exchange has lost it since (J6). */
  acknowledgedOnce: number
  /** Highest sequence of the blocks acknowledged. */
  acknowledgedSequence: number
  outstandingBytes: number
  readonly blocks: BlockIndex
  endedAt: number
  /** Refused while blocks were still on their way to disk: they are void. */
  refused: boolean
}

/** What of a block is known here; the hash of one that a scan found is '' until it is a head. */
export type StoredBlock = { readonly header: BlockHeader; readonly hash: string; readonly length: number }

/** @returns the losses declared up to and with a block */
export function lostAfter(header: BlockHeader): LostSoFar {
  if (header.kind !== 'loss') return header.lost
  return {
    count: header.lost.count + (header.count ?? 0),
    unknown: header.lost.unknown || header.count === null,
  }
}

/** Streams and sources of one spool. */
export class SpoolStreams {
  readonly #streams = new Map<string, SpoolStream>()
  readonly #sources = new Map<string, SourceMark>()
  readonly #active = new Set<SpoolStream>()

  get(stream: string): SpoolStream | undefined {
    return this.#streams.get(stream)
  }

  /** All streams, in the order they were opened. */
  all(): Iterable<SpoolStream> {
    return this.#streams.values()
  }

  /** Those not ended, in the order they were opened. */
  active(): Iterable<SpoolStream> {
    return this.#active
  }

  source(name: string): SourceMark | undefined {
    return this.#sources.get(name)
  }

  /** A source begins to write into a stream. */
  open(stream: string, source: string): void {
    this.#record(stream, source, 0).state = 'live'
  }

  /** Nothing more comes into a stream; one without blocks is forgotten. */
  close(stream: string, now: number): void {
    const record = this.#streams.get(stream)
    if (record === undefined) return
    if (record.head.block < 0) this.#forget(record)
    else if (record.state === 'live') record.state = 'backlog'
    this.endIfDrained(stream, now)
  }

  /**
   * Takes a block that is on disk.
   * @param restored the block comes from a scan: then it may stand twice, or behind a hole, and its chain is checked
   * when it is read again
   * @returns false where it does not fit its stream
   */
  add({ header, hash, length }: StoredBlock, segment: number, offset: number, restored = false): boolean {
    const record = this.#record(header.stream, header.source, header.block)
    if (record.refused) return true
    if (header.block <= record.head.block) return restored
    if (!restored && header.prev !== record.head.hash) return false
    const sequence = nextSequence(header) - 1
    const arrivedAt = header.kind === 'open' ? 0 : header.to
    record.blocks.add(header.block, { segment, offset, length, sequence, arrivedAt })
    record.head = { block: header.block, hash, sequence }
    record.lost = lostAfter(header)
    record.outstandingBytes += length
    if (header.kind === 'open' && header.reason === 'refused' && header.previous !== null)
      this.#voidAbove(header.previous.stream, header.previous)
    this.#mark(header, record.head)
    return true
  }

  /** The hash of a head that a scan found has been computed. */
  setHeadHash(record: SpoolStream, hash: string): void {
    record.head = { ...record.head, hash }
    const mark = this.#sources.get(record.source)
    if (mark?.last.stream === record.stream && mark.last.block === record.head.block)
      this.#sources.set(record.source, { ...mark, last: { ...mark.last, hash } })
  }

  /** Takes what a segment's table says; what stands in older segments has been taken before. */
  restoreTable(table: SpoolTable): void {
    const named = new Set(table.streams.map((entry) => entry.stream))
    for (const record of this.#streams.values())
      if (!named.has(record.stream)) this.#setAcknowledged(record, record.head.block)
    for (const entry of table.streams) {
      const record = this.#record(entry.stream, entry.source, entry.head.block + 1)
      if (entry.head.block > record.head.block) Object.assign(record, { head: entry.head, lost: entry.lost })
      this.#setAcknowledged(record, Math.min(entry.acknowledged, record.head.block))
    }
    for (const entry of table.ended) {
      const record = this.#record(entry.stream, entry.source, entry.head.block + 1)
      Object.assign(record, { state: 'ended', head: entry.head, endedAt: entry.endedAt })
      this.#active.delete(record)
      record.blocks.dropAbove(entry.head.block)
      this.#setAcknowledged(record, entry.head.block)
    }
    for (const [name, mark] of Object.entries(table.sources)) this.#sources.set(name, mark)
  }

  /** Notes an ack (delivery C5). @returns `beyond` where the block is not synced: a protocol error */
  acknowledge(stream: string, block: number, now: number): 'noted' | 'old' | 'beyond' | 'unknown' {
    const record = this.#streams.get(stream)
    if (record === undefined) return 'unknown'
    if (block > record.head.block) return 'beyond'
    if (block <= record.acknowledged) return 'old'
    this.#setAcknowledged(record, block)
    this.endIfDrained(stream, now)
    return 'noted'
  }

  /** The exchange's answer replaces every ack noted before (delivery C3): a stream may have to be given again. */
  replaceAcknowledged(stream: string, block: number, now: number): void {
    const record = this.#streams.get(stream)
    if (record === undefined) return
    this.#setAcknowledged(record, Math.min(block, record.head.block))
    if (record.state === 'ended' && record.acknowledged < record.head.block) {
      record.state = 'backlog'
      this.#active.add(record)
    }
    this.endIfDrained(stream, now)
  }

  /** A refused stream ends at its last acknowledged block; the rest is void (delivery J2). */
  refuse(end: StreamEnd, now: number): void {
    const record = this.#streams.get(end.stream)
    if (record === undefined || record.refused) return
    Object.assign(record, { state: 'backlog', refused: true })
    this.#voidAbove(end.stream, end)
    this.endIfDrained(end.stream, now)
  }

  /** @returns whether everything in the segments up to `segment` is acknowledged */
  acknowledgedThrough(segment: number): boolean {
    for (const record of this.#active) {
      const next = record.blocks.firstHeld(record.acknowledged + 1)
      const place = record.blocks.place(next)
      if (place !== undefined && place.segment <= segment) return false
    }
    return true
  }

  /** A stream's next block is a hole: where it lay is not known, and it has not been declared, or not been heard. */
  get lackNext(): boolean {
    for (const { acknowledged, head, blocks } of this.#active)
      if (acknowledged < head.block && blocks.place(acknowledged + 1) === undefined) return true
    return false
  }

  /** The segments up to `segment` are gone. */
  dropThrough(segment: number): void {
    for (const { blocks } of this.#streams.values()) {
      let block = blocks.lowest
      while (block < blocks.next && (blocks.place(block)?.segment ?? segment) <= segment) block++
      blocks.dropBelow(block)
    }
  }

  /** Streams and sources as a table names them. Forgets what ended more than 90 days ago. */
  tableParts(now: number): Pick<SpoolTable, 'streams' | 'sources' | 'ended'> {
    const streams: TableStream[] = []
    const ended: EndedStream[] = []
    for (const { stream, source, state, head, lost, acknowledged, endedAt } of this.#streams.values()) {
      if (state === 'ended') ended.push({ stream, source, head, endedAt })
      else if (head.block >= 0) streams.push({ stream, source, head, lost, acknowledged })
    }
    const kept = ended.filter((entry) => now - entry.endedAt < endedKeptMs).slice(-endedKeptMax)
    const keptIds = new Set(kept.map((entry) => entry.stream))
    for (const { stream } of ended) if (!keptIds.has(stream)) this.#streams.delete(stream)
    return { streams, sources: Object.fromEntries(this.#sources), ended: kept }
  }

  /** A stream that only drains has ended when all of it is acknowledged. */
  endIfDrained(stream: string, now: number): void {
    const record = this.#streams.get(stream)
    if (record?.state !== 'backlog' || record.acknowledged < record.head.block) return
    record.state = 'ended'
    record.endedAt = now
    this.#active.delete(record)
  }

  #forget(record: SpoolStream): void {
    this.#streams.delete(record.stream)
    this.#active.delete(record)
  }

  #record(stream: string, source: string, lowest: number): SpoolStream {
    let record = this.#streams.get(stream)
    if (record === undefined) {
      record = {
        stream,
        source,
        state: 'backlog',
        head: noHead,
        lost: { count: 0, unknown: false },
        acknowledged: -1,
        acknowledgedOnce: -1,
        acknowledgedSequence: 0,
        outstandingBytes: 0,
        blocks: new BlockIndex(lowest),
        endedAt: 0,
        refused: false,
      }
      this.#streams.set(stream, record)
      this.#active.add(record)
    }
    return record
  }

  #setAcknowledged(record: SpoolStream, block: number): void {
    const place = record.blocks.place(block)
    record.acknowledgedSequence =
      place?.sequence ?? (block >= record.head.block ? record.head.sequence : record.acknowledgedSequence)
    if (block < record.acknowledged || record.acknowledged < 0)
      record.outstandingBytes = record.blocks.bytesAbove(block)
    else
      for (let number = record.acknowledged + 1; number <= block; number++)
        record.outstandingBytes -= record.blocks.place(number)?.length ?? 0
    record.acknowledged = block
    record.acknowledgedOnce = Math.max(record.acknowledgedOnce, block)
  }

  #voidAbove(stream: string, head: StreamHead): void {
    const record = this.#streams.get(stream)
    if (record === undefined || head.block >= record.head.block) return
    record.blocks.dropAbove(head.block)
    record.head = { block: head.block, hash: head.hash, sequence: head.sequence }
    record.outstandingBytes = record.blocks.bytesAbove(record.acknowledged)
  }

  #mark(header: BlockHeader, head: StreamHead): void {
    const before = this.#sources.get(header.source)
    const position = advancePosition(before?.position, header.position)
    const sameFile =
      before?.position.kind === 'file' && position.kind === 'file' && before.position.generation === position.generation
    const context = header.kind === 'events' ? (header.context ?? '') : sameFile ? before.context : ''
    this.#sources.set(header.source, {
      position,
      format: header.format,
      context,
      last: { stream: header.stream, ...head },
    })
  }
}
