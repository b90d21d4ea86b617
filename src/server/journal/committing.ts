// How blocks come into the journal and what it says of each, in its own words: what ingest asks for as its port
// (ingest/store.ts) is this, and neither part knows the other.
import type { DeviceStream, HeldStream, MissingBlocks, StreamHead } from '../../wire/streams.ts'

/** Whose blocks they are; both are part of every key. */
export type Sender = { readonly organisation: string; readonly device: string }

/** What became of one block (delivery J1–J3), in the order of the blocks given. */
export type Outcome =
  /** Committed and synced now, or held before with the same hash. */
  | { readonly kind: 'stored' | 'duplicate'; readonly stream: string; readonly head: StreamHead }
  /** Blocks before it are not here: the first that is missing. */
  | { readonly kind: 'gap'; readonly stream: string; readonly wanted: number }
  /** No block, or its CRC does not hold. */
  | { readonly kind: 'bad'; readonly stream: string | null; readonly reason: string }
  /** Another block is held at its place, another device owns the stream, or the chain does not join. */
  | { readonly kind: 'conflict'; readonly stream: string; readonly block: number }

/** What a device swore to have had, with the certificate (PEM) whose key signed it (delivery L3). */
export type Checkpoint = {
  readonly stream: string
  readonly block: number
  readonly hash: string
  readonly sequence: number
  readonly at: number
  readonly signature: string
  readonly certificate: string
}

export type Committing = {
  /** A restored or new journal has another (delivery C3). */
  readonly journalId: string
  /** Heads of the streams listed; what is listed is kept for the ledger. */
  resume(sender: Sender, streams: readonly DeviceStream[]): Promise<Record<string, HeldStream>>
  /** One synced transaction, or Fault `disk.full` or `journal.unavailable` and nothing stored. The buffers are copied first. */
  append(sender: Sender, blocks: readonly Buffer[]): Promise<readonly Outcome[]>
  /** A hole above the head; what is held is never declared missing. @returns the new head */
  missing(sender: Sender, missing: MissingBlocks): Promise<StreamHead>
  checkpoint(sender: Sender, checkpoint: Checkpoint): Promise<void>
  /** What the device has synced: stream → source, highest sequence. */
  given(
    sender: Sender,
    given: Readonly<Record<string, { readonly source: string; readonly sequence: number }>>,
    heardAt: number,
  ): Promise<void>
}
