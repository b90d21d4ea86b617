// The bounds of ingest, each with its reason.

export type AdmissionLimits = {
  /** Least and most credit of a device (delivery C4): fixed for a session, so that all see alike what is under way. */
  readonly creditBytesMin: number
  readonly creditBytesMax: number
  /** Shared by the credits of all sessions as long as it reaches. */
  readonly creditBytesTotal: number
  /** Beyond it sockets are no longer read: memory stays flat whatever the devices do. */
  readonly queueBytesMax: number
  /** Given to the store and not answered: what a device with little traffic waits behind (D27). */
  readonly storeBytesMax: number
  /** The same of one device: two batches, so that the writer is never idle. */
  readonly deviceBytesMax: number
  /** One device's turn. 256 KiB are about 1,280 events: far below a commit group of 4,096 (performance 8.3). */
  readonly turnBytes: number
  /** A store that cannot commit is asked again so often, for so long; then the channel closes (4503). */
  readonly retryEveryMs: number
  readonly retryForMs: number
  /** New channels are refused for so long after the store failed. */
  readonly troubleMs: number
  /** A stream that misses a block is asked for the same one again after this time. */
  readonly wantedAgainMs: number
  /** What the index reader may have before it, in blocks: behind more, a new event would not be found at once (C7). */
  readonly unindexedBlocksMax: number
  /** Beyond that a credit is given back so much later at most: a reader may slow devices down, never stop them (J5). */
  readonly creditHeldMsMax: number
  readonly creditLookEveryMs: number
  /** Blocks a second that all devices with little traffic may send together; linger grows beyond (performance 5). */
  readonly smallBlocksPerSecond: number
}

const MiB = 1024 * 1024

export const admissionLimits: AdmissionLimits = {
  creditBytesMin: 256 * 1024,
  creditBytesMax: 2 * MiB,
  creditBytesTotal: 128 * MiB,
  queueBytesMax: 256 * MiB,
  storeBytesMax: 4 * MiB,
  deviceBytesMax: 1 * MiB,
  turnBytes: 256 * 1024,
  retryEveryMs: 1_000,
  retryForMs: 10_000,
  troubleMs: 10_000,
  wantedAgainMs: 5_000,
  // 32,768 events: two batches of the reader, so that it is never idle; half a second of its work.
  unindexedBlocksMax: 512,
  creditHeldMsMax: 400,
  creditLookEveryMs: 20,
  smallBlocksPerSecond: 2_000,
}

export const lingerMsMin = 50
export const lingerMsMax = 2_000
