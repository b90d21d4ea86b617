// A WebSocket as both of its ends see it: whole binary messages in and out, and what is needed to notice silence.
import type { Duplex } from 'node:stream'
import type { RawData, WebSocket } from 'ws'
import { systemClock } from './clock.ts'

export type LinkEvents = {
  /** May be a view into a larger chunk of the socket: copy before its memory is handed to a thread. */
  message(message: Buffer): void
  /** Once, at the end. 1006 = it broke without a word. */
  closed(code: number, reason: string): void
}

export type Link = {
  send(message: Buffer): void
  /** Bytes given to `send` that have not left this process. */
  readonly waitingBytes: number
  /** Bytes that came in so far, pings and pongs included. */
  readonly receivedBytes: number
  ping(): void
  /** Stops and goes on reading: the far side is held back by the network. */
  pause(): void
  resume(): void
  /** Says why and ends; what does not close by itself within 2 s is cut. */
  close(code: number, reason: string): void
  terminate(): void
}

/** A peer that does not answer our close is cut after this time (identity must be gone within 2 s: security 1.6). */
const closeWithinMs = 1_500
/** A close reason holds 123 bytes (RFC 6455 5.5). */
const reasonBytesMax = 123

/** Takes over a WebSocket that is open. `events` may be called from the next turn on. */
export function websocketLink(ws: WebSocket, socket: Duplex & { bytesRead?: number }, events: LinkEvents): Link {
  ws.binaryType = 'nodebuffer'
  ws.on('message', (data: RawData, isBinary: boolean) => {
    if (isBinary && Buffer.isBuffer(data)) events.message(data)
    else ws.close(1003, 'binary only')
  })
  // The cause arrives as close code (1002, 1006, 1009 …); without a listener an error would end the process.
  ws.on('error', () => undefined)
  const gone = new AbortController()
  ws.once('close', (code, reason) => {
    gone.abort()
    events.closed(code, reason.toString())
  })
  return {
    send: (message) => ws.send(message, { binary: true, compress: false }),
    get waitingBytes() {
      return ws.bufferedAmount
    },
    get receivedBytes() {
      return socket.bytesRead ?? 0
    },
    ping: () => {
      if (ws.readyState === ws.OPEN) ws.ping()
    },
    pause: () => ws.pause(),
    resume: () => ws.resume(),
    close: (code, reason) => {
      ws.close(code, cutReason(reason))
      void systemClock.sleep(closeWithinMs, gone.signal).then(() => ws.terminate())
    },
    terminate: () => ws.terminate(),
  }
}

function cutReason(reason: string): string {
  let bytes = Buffer.from(reason)
  if (bytes.length > reasonBytesMax) bytes = bytes.subarray(0, reasonBytesMax)
  return bytes.toString().replace(/\ufffd+$/, '')
}
