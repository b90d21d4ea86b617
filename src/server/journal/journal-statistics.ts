// What the journal says of itself in the server's status.
export type JournalStatistics = {
  readonly id: string
  readonly blocks: number
  readonly events: number
  readonly unindexedBlocks: number
  readonly bytes: number
  /** The oldest day that is held, YYYY-MM-DD; null before the first event. */
  readonly firstDay: string | null
  /** Events of the days that retention has dropped, as the ledger counts them. */
  readonly expired: number
  readonly retention: { readonly days: number; readonly bytesMax: number | null }
}
