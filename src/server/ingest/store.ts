// What ingest needs of the journal, in its own words (DESIGN "Parts"): commit blocks so that they may be
// acknowledged, say how far a stream goes, keep what devices declare. `units` passes the journal in.
import type { DeviceStream, HeldStream, MissingBlocks, StreamHead } from '../../wire/streams.ts'

/** Who sent it; both are part of every key. */
export type Sender = { readonly organisation: string; readonly device: string }

/** What became of one block (delivery J1–J3). Order of outcomes = order of blocks given. */
export type Outcome =
  /** Committed and synced, or held already with the same hash: acknowledge up to `head`. */
  | { readonly kind: 'stored' | 'duplicate'; readonly stream: string; readonly head: StreamHead }
  /** Not the next block: the number wanted. */
  | { readonly kind: 'gap'; readonly stream: string; readonly wanted: number }
  /** Bytes that are no block or whose CRC does not hold; `stream` where it could still be read. */
  | { readonly kind: 'bad'; readonly stream: string | null; readonly reason: string }
  /** Another hash at the same place, another device's stream, or a wrong `prev`. */
  | { readonly kind: 'conflict'; readonly stream: string; readonly block: number }

export type Checkpoint = {
  readonly stream: string
  readonly block: number
  readonly hash: string
  readonly sequence: number
  readonly at: number
  readonly signature: string
  /** PEM of the certificate whose key signed. */
  readonly certificate: string
}

export type Store = {
  /** Identity of the journal; a restored or new one has another (delivery C3). */
  readonly journalId: string
  /** Heads of the streams listed; the list itself is kept for the ledger (given, ended, final numbers). */
  resume(sender: Sender, streams: readonly DeviceStream[]): Promise<Record<string, HeldStream>>
  /**
   * Decodes, checks the chain and commits in one synced transaction together with what others gave meanwhile. The
   * buffers are copied to the writer before the call returns. Rejects with Fault `disk.full` or `journal.unavailable`:
   * then nothing was stored and nothing may be acknowledged.
   */
  append(sender: Sender, blocks: readonly Buffer[]): Promise<readonly Outcome[]>
  /** Records a hole above the stream's head; what is held is never declared missing. @returns the new head */
  missing(sender: Sender, missing: MissingBlocks): Promise<StreamHead>
  checkpoint(sender: Sender, checkpoint: Checkpoint): Promise<void>
  /** What the device says it has synced, for the ledger: stream → source, highest sequence. */
  given(
    sender: Sender,
    given: Readonly<Record<string, { readonly source: string; readonly sequence: number }>>,
    heardAt: number,
  ): Promise<void>
}
