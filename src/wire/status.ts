// The one Status document (DESIGN "One status document"): every process publishes it, every view reads it.

export type SourceStatus = {
  readonly name: string
  readonly format: string
  readonly input: string
  readonly state: 'reading' | 'waiting' | 'missing' | 'unreadable' | 'finished' | 'spool-full'
  /** Why, where the state is not well. */
  readonly reason?: string
  readonly stream: string
  /** Senders connected now, where the source is a socket that takes connections. */
  readonly connections?: number
  /** That a TLS listener shows; `problem` = why a newer one does not come. */
  readonly certificate?: CertificateStatus & { readonly problem?: string }
  /** Bytes of the input not yet read, where known. */
  readonly behindBytes: number
  /** Of this start of EventHandler. */
  readonly events: number
  readonly ignored: number
  readonly notSelected: number
  /** Declared losses by cause; null count = unknown. */
  readonly lost: Readonly<Record<string, { readonly count: number; readonly unknown: boolean }>>
  /** When the last event arrived, Unix ms; 0 = never. */
  readonly lastEventAt: number
  /** What it lost last, and when, Unix ms; absent = nothing, of this start. */
  readonly lastLoss?: { readonly at: number; readonly cause: string }
}

export type SpoolStatus = {
  readonly bytes: number
  readonly bytesMax: number
  readonly segments: number
  /** Not yet acknowledged. */
  readonly outstandingEvents: number
  readonly outstandingBytes: number
  /** Arrival of the oldest event not acknowledged, Unix ms; 0 = none. */
  readonly oldestOutstandingAt: number
  readonly state: 'open' | 'full' | 'unwritable'
  /** Highest synced sequence of each stream not drained: what the ledger calls given. */
  readonly given: Readonly<
    Record<
      string,
      { readonly source: string; readonly sequence: number; readonly block: number; readonly acknowledged: number }
    >
  >
}

export type EventHandlerStatus = {
  readonly v: 1
  readonly pid: number
  readonly startedAt: number
  readonly socket: string
  readonly sources: readonly SourceStatus[]
  readonly spool: SpoolStatus
  /** Every source that ends is read to its end, and everything is acknowledged. */
  readonly drained: boolean
}

export type ChannelStatus = {
  readonly state: 'none' | 'connecting' | 'connected' | 'waiting'
  readonly since: number
  readonly peer: string
  /** Why the last one ended, as code. */
  readonly lastCode?: string
  readonly nextAttemptAt?: number
  /** Last event acknowledged by the exchange: arrival at the device and time of the ack, Unix ms; 0 = never. */
  readonly lastAckAt: number
}

export type CertificateStatus = { readonly serial: string; readonly notAfter: number; readonly renewAt: number }

/** What a device says of itself: to its local API, to the exchange, to people. */
export type Status = {
  readonly v: 1
  readonly program: string
  readonly device: string
  readonly at: number
  readonly clockOffsetMs?: number
  readonly enrolled: boolean
  readonly channel: ChannelStatus
  readonly certificate?: CertificateStatus
  /** Absent while EventHandler is not attached. */
  readonly eventHandler?: EventHandlerStatus
  readonly configurationHash: string
}
