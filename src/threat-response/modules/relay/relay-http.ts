// One POST to a relay: its address judged and pinned when the socket connects, its answer bounded in bytes, depth and
// values, redirects kept to its own origin (threat-response-contract 2.1, 2.5; security S2, S25).
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { LookupFunction } from 'node:net'
import { type Failed, failed } from '../module.ts'
import { mayReach, rangeOf, type Resolve } from './address-guard.ts'
import { shapeOf } from './json-shape.ts'

export type RelayPost = {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
  /** Inner ranges that it may reach. */
  readonly reach: readonly string[]
  readonly resolve: Resolve
  readonly signal: AbortSignal
}

/** Whatever JSON came; `{}` where the body was empty. */
export type RelayAnswer = { readonly kind: 'answer'; readonly status: number; readonly body: unknown }

/** threat-response-contract 2.5. */
const answerBytesMax = 16 * 1_024 * 1_024
const redirectsMax = 3

/** @returns the answer of any status, or the failure by the hub's codes (2.3); an abort is a failure too */
export async function postToRelay(post: RelayPost): Promise<RelayAnswer | Failed> {
  let url = post.url
  for (let hop = 0; hop <= redirectsMax; hop++) {
    const answer = await once({ ...post, url })
    if (answer.kind !== 'redirect') return answer
    const next = URL.canParse(answer.location, url) ? new URL(answer.location, url) : undefined
    if (next === undefined || next.origin !== url.origin || !answer.keepsMethod)
      return failed('redirect-refused', `It redirects to ${next?.origin ?? 'no address'}; only its own is followed`)
    url = next
  }
  return failed('redirect-refused', `It redirects more than ${redirectsMax} times`)
}

type Redirect = { readonly kind: 'redirect'; readonly location: string; readonly keepsMethod: boolean }
type Unconnected = { readonly kind: 'unconnected'; readonly failure: Failed }

/** A connection that failed is tried once more: nothing was sent (2.5). */
async function once(post: RelayPost): Promise<RelayAnswer | Failed | Redirect> {
  const first = await send(post)
  if (first.kind !== 'unconnected') return first
  const second = post.signal.aborted ? first : await send(post)
  return second.kind === 'unconnected' ? second.failure : second
}

async function send(post: RelayPost): Promise<RelayAnswer | Failed | Redirect | Unconnected> {
  const { url, reach, signal } = post
  const host = url.hostname
  // An address in text is never looked up, so it is judged here.
  if (rangeOf(host) !== 'invalid' && !mayReach(host, reach)) return refused(host)
  const body = Buffer.from(JSON.stringify(post.body))
  const { promise, resolve } = Promise.withResolvers<RelayAnswer | Failed | Redirect | Unconnected>()
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest
  const sent = request(url, {
    method: 'POST',
    agent: false,
    signal,
    lookup: pinnedLookup(post),
    headers: {
      ...post.headers,
      'content-type': 'application/json',
      'content-length': body.length,
      accept: 'application/json',
      'accept-encoding': 'identity',
    },
  })
  let connected = false
  sent.on('socket', (socket) => {
    const event = url.protocol === 'https:' ? 'secureConnect' : 'connect'
    socket.once(event, () => {
      connected = true
    })
  })
  sent.on('response', (response) => {
    receive(response, url).then(resolve, (error: unknown) => resolve(broken(host, error, signal)))
    response.once('close', () => sent.destroy())
  })
  sent.on('upgrade', (_response, socket) => {
    socket.destroy()
    resolve(failed('invalid-json-response', 'It changes the protocol'))
  })
  sent.on('error', (error) => {
    if (error instanceof AddressRefused) resolve(refused(error.address))
    else
      resolve(
        connected || signal.aborted
          ? broken(host, error, signal)
          : { kind: 'unconnected', failure: broken(host, error, signal) },
      )
  })
  sent.end(body)
  return await promise
}

async function receive(response: IncomingMessage, url: URL): Promise<RelayAnswer | Failed | Redirect> {
  const status = response.statusCode ?? 0
  const { location } = response.headers
  if (status >= 300 && status < 400) {
    response.destroy()
    if (location === undefined) return failed('redirect-refused', `It redirects to nowhere [${status}]`)
    return { kind: 'redirect', location, keepsMethod: status === 307 || status === 308 }
  }
  if (Number(response.headers['content-length'] ?? 0) > answerBytesMax) return tooLarge(response)
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > answerBytesMax) return tooLarge(response)
    chunks.push(chunk)
  }
  const text = Buffer.concat(chunks)
  if (text.length === 0) return { kind: 'answer', status, body: {} }
  const shape = shapeOf(text)
  if (shape !== 'fits') return failed('response-too-large', `Its answer holds JSON that is ${shape}`)
  try {
    return { kind: 'answer', status, body: JSON.parse(text.toString()) }
  } catch {
    if (status >= 400) return { kind: 'answer', status, body: {} }
    return failed('invalid-json-response', `${url.pathname} answered ${bytes} bytes that are no JSON [${status}]`)
  }
}

function tooLarge(response: IncomingMessage): Failed {
  response.destroy()
  return failed('response-too-large', `Its answer is larger than ${answerBytesMax / 1_048_576} MiB`)
}

class AddressRefused extends TypeError {
  readonly address: string
  constructor(address: string) {
    super(`${address} may not be reached`)
    this.address = address
  }
}

/** Resolves once and lets the socket connect to nothing else: a name server cannot change its answer in between. */
export function pinnedLookup({ resolve, reach }: Pick<RelayPost, 'resolve' | 'reach'>): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname).then(
      (all) => {
        const allowed = all.filter(({ address }) => mayReach(address, reach))
        const [first] = allowed
        if (first === undefined) callback(new AddressRefused(all[0]?.address ?? hostname), '', 0)
        else if (options.all === true) callback(null, [...allowed])
        else callback(null, first.address, first.family)
      },
      (error: unknown) => callback(error instanceof Error ? error : new TypeError(String(error)), '', 0),
    )
  }
}

function refused(address: string): Failed {
  const range = rangeOf(address)
  return failed(
    'address-refused',
    `It leads to an address that is ${range}, which it did not when it was added`,
    'fatal',
  )
}

function broken(host: string, error: unknown, signal: AbortSignal): Failed {
  if (signal.aborted) return failed('module-timeout', `${host} gave no whole answer in time`, 'warning')
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'broken off'
  return failed('unreachable', `${host} does not answer: ${code}`)
}
