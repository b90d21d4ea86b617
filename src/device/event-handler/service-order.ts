// Which stream is served next (delivery C6): live ones by priority, taking turns; then backlog, oldest first; and backlog
// always gets at least a fifth of the bytes.
import type { SpoolStream } from './spool/spool-streams.ts'

/** Beyond this the account is halved, so that an old imbalance does not rule for ever. */
const accountBytesMax = 64 * 1024 * 1024

export type Waiting = { readonly stream: SpoolStream; readonly priority: number }

/** Chooses among the streams that have something to give, and keeps account of what was given. */
export class ServiceOrder {
  readonly #servedAt = new Map<string, number>()
  #turn = 0
  #liveBytes = 0
  #backlogBytes = 0

  /** @param waiting streams with a block to serve, oldest first @returns the one whose turn it is */
  next(waiting: readonly Waiting[]): SpoolStream | undefined {
    const backlog = waiting.find(({ stream }) => stream.state !== 'live')?.stream
    if (backlog !== undefined && this.#backlogBytes * 4 < this.#liveBytes) return backlog
    let chosen: Waiting | undefined
    for (const entry of waiting) {
      if (entry.stream.state !== 'live') continue
      if (chosen === undefined || entry.priority > chosen.priority) chosen = entry
      else if (entry.priority === chosen.priority && this.#lastTurn(entry) < this.#lastTurn(chosen)) chosen = entry
    }
    return chosen?.stream ?? backlog
  }

  /** Notes bytes given of a stream. @param contested both live streams and backlog waited: only then they share */
  served(stream: SpoolStream, bytes: number, contested: boolean): void {
    this.#servedAt.set(stream.stream, ++this.#turn)
    if (!contested) return
    if (stream.state === 'live') this.#liveBytes += bytes
    else this.#backlogBytes += bytes
    if (this.#liveBytes + this.#backlogBytes <= accountBytesMax) return
    this.#liveBytes /= 2
    this.#backlogBytes /= 2
  }

  /** A stream has ended. */
  forget(stream: string): void {
    this.#servedAt.delete(stream)
  }

  #lastTurn({ stream }: Waiting): number {
    return this.#servedAt.get(stream.stream) ?? 0
  }
}

/** @returns whether both live streams and backlog wait */
export function isContested(waiting: readonly Waiting[]): boolean {
  return waiting.some(({ stream }) => stream.state === 'live') && waiting.some(({ stream }) => stream.state !== 'live')
}
