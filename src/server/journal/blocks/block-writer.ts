// Writes one organisation's blocks: a group is checked and committed in one synced transaction of one day's file
// (delivery J1–J3, J7). A new day's file begins with the records of the streams that go on.
import type { DatabaseSync } from 'node:sqlite'
import { type Block, decodeBlock, isBlock, noHash, type StreamEnd } from '../../../wire/block-format.ts'
import type { DeviceStream, HeldStream, StreamHead } from '../../../wire/streams.ts'
import type { Checkpoint, Outcome, Sender } from '../committing.ts'
import { blocksLayout, ledgerLayout, newestHole, readRecord, recordRow, saveRecord } from './block-layout.ts'
import type { StoreReply, StoreWrite } from './block-store.ts'
import { declareMissing, type HeldBlock, judgeBlock } from './chain-check.ts'
import { closeForGood, inTransaction, openWritable } from '../database.ts'
import { type OpenFile, withStatements } from '../database-cache.ts'
import { dayFile, dayOf, ledgerFile } from '../day-files.ts'
import { eventsIn, heldIn, type StoredBlocks } from './stored-blocks.ts'
import { headOf, heldOf, newStream, nextBlock, type StreamRecord } from './stream-record.ts'

/** Records kept in memory; what is evicted is read again. */
const recordsMax = 65_536
const unknownHead: StreamHead = { block: -1, hash: noHash, sequence: 0 }

export class BlockWriter implements Disposable {
  readonly #organisation: string
  readonly #blocks: StoredBlocks
  /** As committed, with what is only noted on top (duplicates, last word of the device). */
  readonly #records = new Map<string, StreamRecord>()
  /** Noted since the last commit, and not worth a sync of their own. */
  readonly #noted = new Set<string>()
  #changed = new Map<string, StreamRecord>()
  #day = ''
  #declaredAt: number | undefined
  #file: OpenFile | undefined

  constructor(organisation: string, blocks: StoredBlocks) {
    this.#organisation = organisation
    this.#blocks = blocks
  }

  write(group: readonly StoreWrite[], now: number): StoreReply[] {
    if (group.length === 0 && this.#noted.size === 0) return []
    const file = this.#open(now)
    try {
      const replies = inTransaction(file.db, () => {
        const made = group.map((each) => this.#apply(each, now))
        if (this.#changed.size > 0 || group.length === 0) this.#save(file)
        return made
      })
      for (const record of this.#changed.values()) this.#keep(record)
      if (this.#changed.size > 0 || group.length === 0) this.#noted.clear()
      return replies
    } finally {
      this.#changed = new Map()
    }
  }

  [Symbol.dispose](): void {
    if (this.#file?.db.isOpen) this.#file.db.close()
  }

  #apply(write: StoreWrite, now: number): StoreReply {
    switch (write.kind) {
      case 'append':
        return { kind: 'append', outcomes: write.blocks.map((bytes) => this.#append(write.sender, bytes, now)) }
      case 'resume':
        return { kind: 'resume', heads: this.#resume(write.sender, write.streams, now) }
      case 'missing': {
        const { missing, sender } = write
        const record = this.#record(missing.stream) ?? newStream(missing.stream, sender.device, '', this.#day)
        if (record.device !== sender.device) return { kind: 'missing', head: unknownHead }
        const changed = declareMissing(record, missing, this.#declaring(now))
        if (changed !== record) this.#changed.set(record.stream, changed)
        const head = headOf(changed)
        return { kind: 'missing', head: { ...head, block: Math.max(head.block, nextBlock(changed) - 1) } }
      }
      case 'checkpoint':
        this.#checkpoint(write.sender, write.checkpoint, now)
        return { kind: 'checkpoint' }
      case 'given':
        for (const [stream, { sequence }] of Object.entries(write.given)) {
          const record = this.#record(stream)
          if (record?.device === write.sender.device)
            this.#note({ ...record, given: Math.max(record.given, sequence), heardAt: write.heardAt })
        }
        return { kind: 'given' }
      default:
        return write satisfies never
    }
  }

  #append(sender: Sender, bytes: Buffer, now: number): Outcome {
    const block = decodeBlock(bytes)
    if (!isBlock(block)) return { kind: 'bad', stream: null, reason: block.reason }
    const { header } = block
    const { stream } = header
    const record = this.#record(stream) ?? newStream(stream, sender.device, header.source, this.#day)
    if (record.device !== sender.device) return { kind: 'conflict', stream, block: header.block }
    const judged = judgeBlock(record, block, (number) => this.#held(stream, number))
    switch (judged.kind) {
      case 'gap':
        return { kind: 'gap', stream, wanted: judged.wanted }
      case 'conflict':
        return { kind: 'conflict', stream, block: header.block }
      case 'duplicate':
        this.#note({ ...record, duplicates: record.duplicates + 1 })
        return { kind: 'duplicate', stream, head: headOf(record) }
      case 'store':
        this.#changed.set(stream, { ...judged.record, heardAt: now })
        this.#insert(sender.device, block, now)
        if (header.kind === 'open' && header.previous !== null) this.#vouch(sender.device, header.previous, now)
        return { kind: 'stored', stream, head: headOf(judged.record) }
      default:
        return judged satisfies never
    }
  }

  /** The successor's `open` says how far the stream before it goes (delivery L1). */
  #vouch(device: string, end: StreamEnd, now: number): void {
    const record = this.#record(end.stream)
    if (record === undefined || record.device !== device) return
    const { block, hash, sequence } = end
    const given = Math.max(record.given, sequence)
    this.#changed.set(record.stream, { ...record, given, heardAt: now, end: { block, hash, sequence } })
  }

  #resume(sender: Sender, streams: readonly DeviceStream[], now: number): Record<string, HeldStream> {
    const heads: Record<string, HeldStream> = {}
    for (const listed of streams) {
      const record = this.#record(listed.stream) ?? newStream(listed.stream, sender.device, listed.source, this.#day)
      heads[listed.stream] = unknownHead
      if (record.device !== sender.device) continue
      const end = listed.state === 'ended' ? listed.head : record.end
      const given = Math.max(record.given, listed.head.sequence)
      this.#changed.set(record.stream, { ...record, given, end, heardAt: now })
      heads[listed.stream] = heldOf(record)
    }
    this.#closeUnlisted(sender, heads, now)
    return heads
  }

  /** What ended, is not wholly here, and is not with the device any more, is a hole up to its end (delivery J3). */
  #closeUnlisted(sender: Sender, listed: Readonly<Record<string, unknown>>, now: number): void {
    const rows = this.#open(now)
      .statement('select stream from streams where device = ? and ended > 0')
      .all(sender.device)
    for (const row of rows) {
      const record = this.#record(String(row['stream']))
      if (record === undefined || record.end === null || record.stream in listed) continue
      const from = nextBlock(record)
      if (from > record.end.block) continue
      const { block: through, hash, sequence } = record.end
      const cause = 'spool.removed'
      const missing = { stream: record.stream, from, through, cause, final: { hash, sequence } } as const
      this.#changed.set(record.stream, declareMissing(record, missing, this.#declaring(now)))
    }
  }

  /** No two holes are declared at the same time: a tail that has told one knows which are behind it. */
  #declaring(now: number): number {
    const last = this.#declaredAt ?? this.#newestHole(now)
    this.#declaredAt = Math.max(now, last + 1)
    return this.#declaredAt
  }

  /** Of those stored, also before a restart: a clock set back meanwhile would declare behind a tail that went on. */
  #newestHole(now: number): number {
    // What an expired day held stands in the ledger, what goes on in the newest day.
    const files = [this.#open(now), this.#blocks.ledger(this.#organisation)]
    return Math.max(0, ...files.map((file) => Number(file?.statement(newestHole).get()?.['at'] ?? 0)))
  }

  #checkpoint(sender: Sender, checkpoint: Checkpoint, now: number): void {
    const record = this.#record(checkpoint.stream)
    if (record !== undefined && record.device !== sender.device) return
    const file = this.#open(now)
    file.statement('insert or ignore into certificates (pem) values (?)').run(checkpoint.certificate)
    file
      .statement('insert into checkpoints select ?, ?, ?, ?, ?, ?, id from certificates where pem = ?')
      .run(
        checkpoint.stream,
        checkpoint.block,
        checkpoint.hash,
        checkpoint.sequence,
        checkpoint.at,
        checkpoint.signature,
        checkpoint.certificate,
      )
    if (record !== undefined)
      this.#changed.set(record.stream, {
        ...record,
        given: Math.max(record.given, checkpoint.sequence),
        heardAt: now,
      })
  }

  #insert(device: string, block: Block, now: number): void {
    const file = this.#open(now)
    const { header, bytes } = block
    file
      .statement(`insert into streams (stream, device, record) values (?, ?, '') on conflict do nothing`)
      .run(header.stream, device)
    file
      .statement(
        `insert into blocks (stream, block, first, count, arrived_at, bytes)
         select id, ?, ?, ?, ?, ? from streams where stream = ?`,
      )
      .run(header.block, header.first, eventsIn(header), now, bytes, header.stream)
  }

  /** The own connection comes first: it sees what this group has stored and not yet committed. */
  #held(stream: string, number: number): HeldBlock | undefined {
    return (this.#file && heldIn(this.#file, stream, number)) ?? this.#blocks.held(this.#organisation, stream, number)
  }

  #record(stream: string): StreamRecord | undefined {
    const known = this.#changed.get(stream) ?? this.#records.get(stream)
    if (known !== undefined) return known
    const own = this.#file?.statement('select record from streams where stream = ?').get(stream)
    const row =
      own ??
      this.#blocks.ledger(this.#organisation)?.statement('select record from streams where stream = ?').get(stream)
    if (row === undefined || row['record'] === '') return undefined
    const record = readRecord(row['record'])
    this.#keep(record)
    return record
  }

  #note(record: StreamRecord): void {
    this.#noted.add(record.stream)
    if (this.#changed.has(record.stream)) this.#changed.set(record.stream, record)
    else this.#keep(record)
  }

  #keep(record: StreamRecord): void {
    this.#records.delete(record.stream)
    this.#records.set(record.stream, record)
    if (this.#records.size <= recordsMax) return
    for (const stream of this.#records.keys()) {
      if (this.#noted.has(stream)) continue
      this.#records.delete(stream)
      return
    }
  }

  #save(file: OpenFile): void {
    const statement = file.statement(saveRecord)
    for (const stream of this.#noted) {
      const record = this.#changed.get(stream) ?? this.#records.get(stream)
      if (record !== undefined) this.#changed.set(stream, record)
    }
    for (const record of this.#changed.values()) statement.run(...recordRow(record))
  }

  /** Opens the day's file; a clock that jumped back stays in the newest one (delivery D23). */
  #open(now: number): OpenFile {
    const today = dayOf(now)
    if (this.#file !== undefined && today <= this.#day) return this.#file
    const newest = this.#blocks.days(this.#organisation).at(-1)
    const day = newest !== undefined && newest > today ? newest : today
    const before = newest === undefined || newest === day ? undefined : this.#close(newest)
    const db = openWritable(dayFile(this.#blocks.folder, this.#organisation, day, 'blocks'), blocksLayout)
    if (before !== undefined) begin(db, before)
    if (this.#file?.db.isOpen) closeForGood(this.#file.db)
    this.#file = withStatements(db)
    this.#day = day
    return this.#file
  }

  /** Gives the closed day's streams to the permanent ledger. @returns those that go on */
  #close(day: string): StreamRecord[] {
    const rows = this.#blocks.day(this.#organisation, day)?.statement('select record from streams').all() ?? []
    const records = rows.map((row) => {
      const record = readRecord(row['record'])
      return this.#records.get(record.stream) ?? record
    })
    const ledger = openWritable(ledgerFile(this.#blocks.folder, this.#organisation), ledgerLayout)
    try {
      inTransaction(ledger, () => {
        const statement = ledger.prepare(saveRecord)
        for (const record of records) statement.run(...recordRow(record))
      })
    } finally {
      ledger.close()
    }
    return records.filter((record) => record.end === null || nextBlock(record) <= record.end.block)
  }
}

/** Begins a new day's file with the streams that go on; done once, also after a kill in between. */
function begin(db: DatabaseSync, records: readonly StreamRecord[]): void {
  inTransaction(db, () => {
    const statement = db.prepare(saveRecord)
    for (const record of records) statement.run(...recordRow(record))
  })
}
