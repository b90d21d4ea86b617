// Admission: who may send how much, whose turn it is, and what goes back (delivery C4, J1–J3). Bytes are only checked
// and committed before the ack; nothing is parsed or indexed here.
import type { Fault } from '../../core/fault.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Log } from '../../platform/log.ts'
import { DeviceIntake, type Hands } from './device-intake.ts'
import { type AdmissionLimits, admissionLimits, lingerMsMax, lingerMsMin } from './limits.ts'
import type { Sender, Store } from './store.ts'

/** A device that sent a block so lately has traffic, for the linger. */
const activeForMs = 10_000

export type AdmissionOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly limits?: Partial<AdmissionLimits>
  /** What is committed and cannot be found yet. */
  readonly unindexedBlocks: () => number
}

export type Admission = AsyncDisposable & {
  readonly journalId: string
  /** Code of the store's failure while it lasts: channels are not worth opening. */
  readonly trouble: 'disk.full' | 'journal.unavailable' | undefined
  /** Bytes received and not answered by the store, of all devices. */
  readonly queuedBytes: number
  /** A device has come: what it may send, and where its messages go. */
  open(sender: Sender & { readonly certificate: string }, hands: Hands): DeviceIntake
}

/** Ends by itself with its sessions; disposing waits until the store has answered what it was given. */
export function openAdmission(options: AdmissionOptions): Admission {
  return new Gate(options)
}

class Gate implements Admission {
  readonly #options: AdmissionOptions
  readonly #limits: AdmissionLimits
  readonly #open = new Set<DeviceIntake>()
  /** Devices with something for the store, each once, served in turn (D27). */
  readonly #ready = new Set<DeviceIntake>()
  readonly #running = new Set<Promise<void>>()
  readonly #paused = new Set<DeviceIntake>()
  #creditBytes = 0
  #queuedBytes = 0
  #storeBytes = 0
  #trouble: { readonly code: 'disk.full' | 'journal.unavailable'; readonly at: number } | undefined
  #lingerMs = lingerMsMin
  #lingerAt = Number.NEGATIVE_INFINITY

  constructor(options: AdmissionOptions) {
    this.#options = options
    this.#limits = { ...admissionLimits, ...options.limits }
  }

  get journalId(): string {
    return this.#options.store.journalId
  }

  get trouble(): 'disk.full' | 'journal.unavailable' | undefined {
    const trouble = this.#trouble
    if (trouble === undefined) return undefined
    return this.#options.clock.monotonic() - trouble.at < this.#limits.troubleMs ? trouble.code : undefined
  }

  get queuedBytes(): number {
    return this.#queuedBytes
  }

  open(sender: Sender & { readonly certificate: string }, hands: Hands): DeviceIntake {
    const { creditBytesMin, creditBytesMax, creditBytesTotal } = this.#limits
    const share = Math.floor((creditBytesTotal - this.#creditBytes) / 8)
    const creditBytes = Math.min(creditBytesMax, Math.max(creditBytesMin, share))
    this.#creditBytes += creditBytes
    const intake = new DeviceIntake({
      store: this.#options.store,
      clock: this.#options.clock,
      log: this.#options.log,
      limits: this.#limits,
      sender,
      hands,
      creditBytes,
      gate: {
        received: (device, bytes) => this.#received(device, bytes),
        ready: (device) => this.#turn(device),
        lingerMs: () => this.#linger(),
        room: (signal) => (this.#isAhead ? this.#indexed(signal) : undefined),
        troubled: (fault) => this.#troubled(fault),
        well: () => {
          this.#trouble = undefined
        },
        closed: (device) => this.#closed(device, creditBytes),
      },
    })
    this.#open.add(intake)
    return intake
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const intake of this.#open) intake.close()
    await Promise.allSettled(this.#running)
  }

  #received(device: DeviceIntake, bytes: number): void {
    this.#queuedBytes += bytes
    if (this.#queuedBytes > this.#limits.queueBytesMax) {
      this.#paused.add(device)
      device.pause()
    }
    this.#turn(device)
  }

  #turn(device: DeviceIntake): void {
    this.#ready.add(device)
    this.#pump()
  }

  /** Serves the devices in turn, each a batch, within what the store may hold. */
  #pump(): void {
    for (const device of this.#ready) {
      if (this.#storeBytes >= this.#limits.storeBytesMax) return
      this.#ready.delete(device)
      const work = device.work()
      if (work === undefined) continue
      this.#storeBytes += work.bytes
      const done = work.done.then((answeredBytes) => {
        this.#storeBytes -= work.bytes
        this.#answered(answeredBytes)
        this.#running.delete(done)
        this.#turn(device)
      })
      this.#running.add(done)
      // Behind the others that are ready; a Set visits what is added while it is walked.
      this.#ready.add(device)
    }
  }

  /** More is committed than the index reader should have before it, or a new event would be found behind it (C7). */
  get #isAhead(): boolean {
    return this.#options.unindexedBlocks() > this.#limits.unindexedBlocksMax
  }

  async #indexed(signal: AbortSignal): Promise<void> {
    const { creditHeldMsMax, creditLookEveryMs } = this.#limits
    for (let heldMs = 0; this.#isAhead && heldMs < creditHeldMsMax; heldMs += creditLookEveryMs)
      await this.#options.clock.sleep(creditLookEveryMs, signal)
  }

  #answered(bytes: number): void {
    this.#queuedBytes -= bytes
    if (this.#paused.size === 0 || this.#queuedBytes > this.#limits.queueBytesMax / 2) return
    for (const device of this.#paused) device.resume()
    this.#paused.clear()
  }

  #troubled(fault: Fault): void {
    const code = fault.code === 'disk.full' ? 'disk.full' : 'journal.unavailable'
    if (this.trouble !== code) this.#options.log.error({ code }, `nothing is acknowledged: ${fault.what}`)
    this.#trouble = { code, at: this.#options.clock.monotonic() }
  }

  #closed(device: DeviceIntake, creditBytes: number): void {
    this.#open.delete(device)
    this.#ready.delete(device)
    this.#paused.delete(device)
    this.#creditBytes -= creditBytes
    this.#answered(device.droppedBytes)
  }

  /** The more devices send at once, the longer each collects: many tiny blocks are what costs (performance 5). */
  #linger(): number {
    const now = this.#options.clock.monotonic()
    if (now - this.#lingerAt < 1_000) return this.#lingerMs
    this.#lingerAt = now
    let active = 0
    for (const device of this.#open) if (now - device.lastBlockAt < activeForMs) active++
    const wantedMs = (active * 1_000) / this.#limits.smallBlocksPerSecond
    // In steps of 50 ms, or every change of one device would be told to all.
    this.#lingerMs = Math.min(lingerMsMax, Math.max(lingerMsMin, Math.ceil(wantedMs / 50) * 50))
    return this.#lingerMs
  }
}
