// A device that says whatever a test wants: the socket of a real one, none of its manners.
import { connect } from 'node:tls'
import { WebSocket } from 'ws'
import { channelPath, channelSubprotocol, type FromExchange } from '../../src/wire/channel/messages.ts'
import { decodeFrame, encodeFrame, isFrame } from '../../src/wire/frame.ts'
import type { Pair } from './authority.ts'
import { until } from './until.ts'

export type RawDevice = AsyncDisposable & {
  readonly ws: WebSocket
  readonly heard: FromExchange[]
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>
  say(head: unknown, blocks?: readonly Buffer[]): void
  sayBytes(bytes: Buffer): void
  /** Waits for a message of that kind beyond those seen before. */
  next<T extends FromExchange['t']>(kind: T): Promise<FromExchange & { t: T }>
}

export async function rawDevice(options: {
  readonly port: number
  readonly ca: string
  readonly pair?: Pair
  readonly protocols?: readonly string[]
}): Promise<RawDevice> {
  const socket = connect({
    host: '127.0.0.1',
    port: options.port,
    ca: options.ca,
    ...(options.pair === undefined ? {} : { cert: options.pair.certificate, key: options.pair.key }),
  })
  const ws = new WebSocket(
    `wss://127.0.0.1:${options.port}${channelPath}`,
    [...(options.protocols ?? [channelSubprotocol])],
    { createConnection: () => socket, perMessageDeflate: true },
  )
  const heard: FromExchange[] = []
  const taken = new Map<string, number>()
  ws.on('message', (data: Buffer) => {
    const frame = decodeFrame(data)
    if (isFrame(frame)) heard.push(frame.head as FromExchange)
  })
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    ws.once('close', (code, reason) => resolve({ code, reason: reason.toString() })),
  )
  await new Promise<void>((resolve, reject) => {
    ws.once('open', resolve)
    ws.once('error', reject)
    ws.once('unexpected-response', (_, response) => {
      let body = ''
      response.on('data', (part: Buffer) => {
        body += part.toString()
      })
      response.on('end', () => reject(new Error(`${response.statusCode} ${body.trim()}`)))
    })
  })
  ws.on('error', () => undefined)
  return {
    ws,
    heard,
    closed,
    say: (head, blocks = []) => ws.send(encodeFrame(head, blocks)),
    sayBytes: (bytes) => ws.send(bytes),
    async next(kind) {
      const seen = taken.get(kind) ?? 0
      const found = () => heard.filter((head) => head.t === kind)[seen]
      await until(() => found() !== undefined, `a message ${kind}`)
      taken.set(kind, seen + 1)
      return found() as never
    },
    async [Symbol.asyncDispose]() {
      ws.terminate()
      await closed
    },
  }
}

export function hello(device: string, more: Record<string, unknown> = {}) {
  return { t: 'hello', v: 1, versions: [1], program: 'raw', device, clock: 0, session: 's', ...more }
}
