// The ledger as it is shown (delivery 1.6).

export type LedgerRow = {
  readonly device: string
  readonly source: string
  readonly stream: string
  /** Arrival day of the stream's first block, YYYY-MM-DD. */
  readonly day: string
  /** given = stored + lost + outstanding + withdrawn + expired. */
  readonly given: number
  readonly stored: number
  readonly lost: number
  readonly outstanding: number
  readonly withdrawn: number
  readonly expired: number
  /** When the device last said what it has, Unix ms; 0 = never. */
  readonly heardAt: number
  /** Holes, by cause. */
  readonly holes: Readonly<Record<string, number>>
  /** Outside the equation. */
  readonly beforeSpool: Readonly<Record<string, number | null>>
  readonly notSelected: number
  readonly ignored: number
  readonly duplicates: number
  readonly repeated: number
  readonly disputed: number
  readonly quarantined: number
  /** A predecessor that is named and not known (L2). */
  readonly missingPredecessor: string | null
}

export type Ledger = { readonly v: 1; readonly rows: readonly LedgerRow[]; readonly holds: boolean }

export type LedgerVerification = {
  readonly v: 1
  readonly holds: boolean
  readonly blocks: number
  readonly events: number
  readonly streams: number
  readonly checkpoints: {
    readonly verified: number
    readonly pending: number
    readonly unverifiable: number
    readonly withdrawn: number
  }
  /** The first block that does not hold. */
  readonly broken: { readonly stream: string; readonly block: number; readonly reason: string } | null
}
