// Which sockets live by which certificate: revocation ends them within 2 s (security 1.6).
import type { Duplex } from 'node:stream'
import type { Fault } from '../../core/fault.ts'
import type { Clock } from '../../platform/clock.ts'

export type Holder = { readonly organisation: string; readonly device: string; readonly fingerprint: string }

export type LiveSockets = {
  /**
   * Lists a socket until it closes. Called before its certificate is judged, so that no revocation falls in between.
   * @returns signal that aborts with the Fault when the certificate stops counting; the socket is destroyed a second
   * later, which leaves the channel the time to say why (close code 4403)
   */
  add(fingerprint: string, socket: Duplex): AbortSignal
  /** Says that the socket now is a device's channel. */
  channel(holder: Holder, socket: Duplex): void
  /** Ends every socket that lives by one of these certificates. */
  end(fingerprints: readonly string[], why: Fault): void
  connected(organisation: string, device: string): boolean
  readonly channels: number
}

/** Within the 2 s of the contract, with a second left for a slow machine. */
const farewellMs = 1_000

type Entry = { readonly abort: AbortController; channelOf: string | undefined }

export function openLiveSockets(clock: Clock): LiveSockets {
  const byCertificate = new Map<string, Map<Duplex, Entry>>()
  /** Device → open channels. */
  const channels = new Map<string, number>()
  const count = (key: string, by: number) => {
    const now = (channels.get(key) ?? 0) + by
    if (now > 0) channels.set(key, now)
    else channels.delete(key)
  }
  return {
    add(fingerprint, socket) {
      const sockets = byCertificate.get(fingerprint) ?? new Map<Duplex, Entry>()
      byCertificate.set(fingerprint, sockets)
      const known = sockets.get(socket)
      if (known !== undefined) return known.abort.signal
      const entry: Entry = { abort: new AbortController(), channelOf: undefined }
      sockets.set(socket, entry)
      socket.once('close', () => {
        sockets.delete(socket)
        if (sockets.size === 0) byCertificate.delete(fingerprint)
        if (entry.channelOf !== undefined) count(entry.channelOf, -1)
      })
      return entry.abort.signal
    },
    channel(holder, socket) {
      const entry = byCertificate.get(holder.fingerprint)?.get(socket)
      if (entry === undefined || entry.channelOf !== undefined) return
      entry.channelOf = keyOf(holder.organisation, holder.device)
      count(entry.channelOf, 1)
    },
    end(fingerprints, why) {
      for (const fingerprint of fingerprints)
        for (const [socket, { abort }] of byCertificate.get(fingerprint) ?? []) {
          abort.abort(why)
          void clock.sleep(farewellMs).then(() => socket.destroy())
        }
    },
    connected: (organisation, device) => channels.has(keyOf(organisation, device)),
    get channels() {
      return [...channels.values()].reduce((sum, n) => sum + n, 0)
    },
  }
}

function keyOf(organisation: string, device: string): string {
  return `${organisation}/${device}`
}
