// Port: where blocks are kept, by organisation and day, in the order they arrived. Blocks are the truth; everything
// else is derived from them (delivery J1–J3, J7). Adapters beside it; suite: block-store.contract.ts.
import type { DeviceStream, HeldStream, MissingBlocks, StreamHead } from '../../../wire/streams.ts'
import type { Checkpoint, Outcome, Sender } from '../committing.ts'
import type { StreamRecord } from './stream-record.ts'

/** What is written together; the reply of each stands at the same place. */
export type StoreWrite =
  | { readonly kind: 'append'; readonly sender: Sender; readonly blocks: readonly Buffer[] }
  | { readonly kind: 'resume'; readonly sender: Sender; readonly streams: readonly DeviceStream[] }
  | { readonly kind: 'missing'; readonly sender: Sender; readonly missing: MissingBlocks }
  | { readonly kind: 'checkpoint'; readonly sender: Sender; readonly checkpoint: Checkpoint }
  | {
      readonly kind: 'given'
      readonly sender: Sender
      readonly given: Readonly<Record<string, { readonly source: string; readonly sequence: number }>>
      readonly heardAt: number
    }

export type StoreReply =
  | { readonly kind: 'append'; readonly outcomes: readonly Outcome[] }
  | { readonly kind: 'resume'; readonly heads: Readonly<Record<string, HeldStream>> }
  | { readonly kind: 'missing'; readonly head: StreamHead }
  | { readonly kind: 'checkpoint' }
  | { readonly kind: 'given' }

/** Where a block stands: arrival day and its number within the day, from 1, without gaps. */
export type BlockPosition = { readonly day: string; readonly ordinal: number }

export type StoredBlock = BlockPosition & {
  readonly device: string
  /** Arrival at the exchange, Unix ms. */
  readonly arrivedAt: number
  readonly bytes: Buffer
}

/** Counts of a stream in the days that are still held, and in those that have expired. */
export type StreamCounts = { readonly record: StreamRecord; readonly stored: number; readonly expired: number }

/** The hash chain at the end of the expired days of a stream: where a walk of the chain begins (delivery J7). */
export type Boundary = {
  readonly stream: string
  readonly block: number
  readonly hash: string
  readonly sequence: number
}

/** Only streams with holes, without counts; every stream with its counts; and all checkpoints too. */
export type LedgerDepth = 'holes' | 'counts' | 'checkpoints'

export type StoreLedger = {
  readonly streams: readonly StreamCounts[]
  readonly checkpoints: readonly Checkpoint[]
  readonly boundaries: readonly Boundary[]
}

export type BlockStore = AsyncDisposable & {
  /**
   * Checks and commits a group of one organisation in one synced transaction. Duplicates and the device's last word are
   * only noted, and go down with the next commit or an empty group. @param now arrival, Unix ms
   * @throws Fault disk.full, journal.unavailable: then nothing of the group is stored
   */
  write(organisation: string, group: readonly StoreWrite[], now: number): Promise<readonly StoreReply[]>
  /**
   * Blocks behind `after` in order of arrival, at most `limit`, fewer where they are large; none only where there is
   * none. A reader that goes on so sees each exactly once.
   */
  read(organisation: string, after: BlockPosition | null, limit: number): Promise<readonly StoredBlock[]>
  /** The blocks at these positions that are still held, in the order asked. */
  at(organisation: string, positions: readonly BlockPosition[]): Promise<readonly StoredBlock[]>
  /** The block that holds a sequence of a stream. */
  find(organisation: string, stream: string, sequence: number): Promise<StoredBlock | undefined>
  /** What the ledger is made of, as far as asked. */
  ledger(organisation: string, depth: LedgerDepth): Promise<StoreLedger>
  /** How many blocks each day holds, oldest day first. */
  days(organisation: string): Promise<readonly { readonly day: string; readonly blocks: number }[]>
  organisations(): Promise<readonly string[]>
  /** Gives the days before `firstKept` to the permanent ledger, then drops them. @returns the days dropped */
  expire(organisation: string, firstKept: string): Promise<readonly string[]>
}
