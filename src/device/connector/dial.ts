// The way up: one outbound WebSocket over mutual TLS, address by address (delivery C1; original-system A10, B11).
import type { IncomingMessage } from 'node:http'
import type { TLSSocket } from 'node:tls'
import { WebSocket } from 'ws'
import { Fault } from '../../core/fault.ts'
import { refusalCode } from '../../core/failure-codes.ts'
import { channelPath, channelSubprotocol, messageBytesMax } from '../../wire/channel/messages.ts'
import { formatAddress } from '../../platform/address.ts'
import { dialWords, networkFault } from './network-fault.ts'
import { addressesOf, dialWithinMs, reach, type Target } from './reach.ts'

export type DialOptions = {
  readonly target: Target
  readonly ca: string
  readonly certificate: string
  readonly key: string
  /** Used where the name does not resolve: lookups fail now and then (original-system B12). */
  readonly lastAddress: string | undefined
  readonly signal: AbortSignal
  /** One line for connector.log, in the fixed wording of B11. */
  readonly report: (text: string) => void
}

export type Dialled = { readonly ws: WebSocket; readonly socket: TLSSocket; readonly address: string }

/** A refusal's body is one line. */
const refusalBytesMax = 4 * 1024

/**
 * Tries every address of the target, each for at most ten seconds.
 * @throws Fault: of the last address that failed; a refusal in HTTP is final for all addresses, they are one exchange
 */
export async function dial(options: DialOptions): Promise<Dialled> {
  const { target, signal, report } = options
  let last: Fault | undefined
  for (const address of await resolve(options)) {
    const to = formatAddress({ host: address, port: target.port })
    let socket: TLSSocket
    try {
      socket = await reach(target, address, anchors(options), signal)
    } catch (error) {
      if (signal.aborted) throw error
      last = networkFault(error, `${target.host} (${to})`)
      report(`dial tcp ${to}: ${wordsOf(last, error)}`)
      continue
    }
    const ws = await upgrade(options, socket)
    report(
      `connected to ${target.host} (${target.proxy === undefined ? to : `through ${target.proxy.host}:${target.proxy.port}`})`,
    )
    return { ws, socket, address }
  }
  throw last ?? new Fault('dns.failed', { what: `${target.host} has no address` })
}

function wordsOf({ code }: Fault, error: unknown): string {
  if (code.startsWith('tcp.')) return dialWords(error)
  return code.startsWith('proxy.') ? code : `tls: ${code}`
}

async function resolve(options: DialOptions): Promise<readonly string[]> {
  const { target, lastAddress, report } = options
  try {
    return await addressesOf(target)
  } catch (error) {
    report(`dial tcp: lookup ${target.host}: no such host`)
    if (lastAddress === undefined) throw error
    return [lastAddress]
  }
}

function anchors({ ca, certificate, key }: DialOptions): {
  kind: 'anchors'
  ca: string
  certificate: string
  key: string
} {
  return { kind: 'anchors', ca, certificate, key }
}

async function upgrade({ target, report, signal }: DialOptions, socket: TLSSocket): Promise<WebSocket> {
  const { promise, resolve, reject } = Promise.withResolvers<WebSocket>()
  const ws = new WebSocket(`wss://${formatAddress(target)}${channelPath}`, [channelSubprotocol], {
    createConnection: () => socket,
    perMessageDeflate: false,
    maxPayload: messageBytesMax,
    handshakeTimeout: dialWithinMs,
    skipUTF8Validation: true,
    // Masking keeps scripts of a browser from writing what a proxy takes for HTTP (RFC 6455 10.3). Inside TLS between
    // two programs of ours nobody reads the bytes in between, and it doubles the cost of the channel without
    // bufferutil (performance 4): a mask of zeros is a mask that costs nothing at either end.
    generateMask: (mask) => mask.fill(0),
  })
  ws.once('open', () => resolve(ws))
  ws.once('error', (error) => reject(error))
  ws.once('unexpected-response', (_, response) => {
    void refusal(response).then((fault) => {
      report(`websocket: ${response.statusCode ?? 0} ${fault.code}`)
      reject(fault)
      socket.destroy()
    })
  })
  const onAbort = () => ws.terminate()
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await promise
  } catch (error) {
    ws.on('error', () => undefined)
    ws.terminate()
    if (!(error instanceof Fault)) report(`websocket: ${error instanceof Error ? error.message : String(error)}`)
    throw networkFault(error, target.host)
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

async function refusal(response: IncomingMessage): Promise<Fault> {
  let body = ''
  response.on('error', () => undefined)
  response.setEncoding('utf8')
  try {
    for await (const chunk of response) {
      body += chunk
      if (body.length > refusalBytesMax) break
    }
  } catch {
    // Cut in the middle: what was read has to do.
  }
  const code = refusalCode(body)
  const status = response.statusCode ?? 0
  return code === undefined
    ? new Fault('http.unexpected', { what: `The channel was answered with HTTP ${status} by what is no exchange` })
    : new Fault(code, { what: `The exchange refused the channel with HTTP ${status}` })
}
