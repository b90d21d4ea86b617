// From a name to a TLS connection: every address in turn, each within its time (original-system A10: dial deadline
// 10 s, then the next address; security 1.6).
import { lookup } from 'node:dns/promises'
import { isIP, type Socket } from 'node:net'
import { checkServerIdentity, connect, type ConnectionOptions, type TLSSocket } from 'node:tls'
import { Fault } from '../../core/fault.ts'
import { networkFault } from './network-fault.ts'
import { openTunnel, type Proxy } from './proxy.ts'

/** One address gets so long for TCP and TLS together: the kernel's own retries take over two minutes. */
export const dialWithinMs = 10_000

export type Target = {
  readonly host: string
  readonly port: number
  /** Where the way there leads through one. */
  readonly proxy?: Proxy
}

export type Trust =
  /** Fully verified against these anchors: chain, name, dates. Optionally with the device's identity. */
  | { readonly kind: 'anchors'; readonly ca: string; readonly certificate?: string; readonly key?: string }
  /** To look at the chain only: nothing may be sent over it (security 1.6). */
  | { readonly kind: 'look' }

/**
 * @returns the addresses of a name in the order of the resolver; an address stands for itself, and so does a name that a
 * proxy is to resolve
 * @throws Fault dns.failed
 */
export async function addressesOf({ host, proxy }: Target): Promise<readonly string[]> {
  if (proxy !== undefined || isIP(host) !== 0) return [host]
  const { promise: late, reject } = Promise.withResolvers<never>()
  const limit = AbortSignal.timeout(dialWithinMs)
  limit.addEventListener('abort', () =>
    reject(Object.assign(new Error('the resolver does not answer'), { code: 'EAI_AGAIN' })),
  )
  late.catch(() => undefined)
  try {
    const found = await Promise.race([lookup(host, { all: true, order: 'verbatim' }), late])
    return found.map((entry) => entry.address)
  } catch (error) {
    throw networkFault(error, host)
  }
}

/**
 * Opens one TLS connection to one address.
 * @throws what Node throws, an error `ETIMEDOUT` after `withinMs`; networkFault tells what it means
 */
export async function reach(
  target: Target,
  address: string,
  trust: Trust,
  signal: AbortSignal,
  withinMs: number = dialWithinMs,
): Promise<TLSSocket> {
  const limit = AbortSignal.timeout(withinMs)
  const ended = AbortSignal.any([signal, limit])
  const { host, port, proxy } = target
  const way = proxy === undefined ? { host: address, port } : { socket: await openTunnelWithin(proxy, target, ended) }
  const socket = connect({ ...tlsOptions(host, trust), ...way, ALPNProtocols: ['http/1.1'] })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const onAbort = () => reject(limit.aborted ? timedOut(address, target.port) : signal.reason)
  socket.once('secureConnect', resolve)
  // Stays: between here and whoever takes the socket over an error would end the process.
  socket.on('error', reject)
  socket.once('close', () => reject(cut()))
  ended.addEventListener('abort', onAbort, { once: true })
  if (ended.aborted) onAbort()
  try {
    await promise
    return socket
  } catch (error) {
    socket.destroy()
    throw error
  } finally {
    ended.removeEventListener('abort', onAbort)
  }
}

/** Tries every address of the target. @throws the Fault of the last that failed */
export async function reachAny(target: Target, trust: Trust, signal: AbortSignal): Promise<TLSSocket> {
  let last: unknown
  for (const address of await addressesOf(target)) {
    try {
      return await reach(target, address, trust, signal)
    } catch (error) {
      if (signal.aborted) throw error
      last = networkFault(error, `${target.host} (${address}:${target.port})`)
    }
  }
  throw last ?? networkFault(new Error('the name has no address'), target.host)
}

function tlsOptions(host: string, trust: Trust): ConnectionOptions {
  const name = isIP(host) === 0 ? { servername: host } : {}
  if (trust.kind === 'look') return { ...name, minVersion: 'TLSv1.2', rejectUnauthorized: false }
  return {
    ...name,
    minVersion: 'TLSv1.2',
    rejectUnauthorized: true,
    ca: trust.ca,
    // The name asked for, also where it is an address and goes into no SNI.
    checkServerIdentity: (_, certificate) => checkServerIdentity(host, certificate),
    ...(trust.certificate === undefined ? {} : { cert: trust.certificate }),
    ...(trust.key === undefined ? {} : { key: trust.key }),
  }
}

async function openTunnelWithin(proxy: Proxy, target: Target, ended: AbortSignal): Promise<Socket> {
  try {
    return await openTunnel(proxy, target, ended)
  } catch (error) {
    // The limit of the attempt: whoever asked is still there.
    const late = error instanceof DOMException && error.name === 'TimeoutError'
    throw late
      ? new Fault('proxy.unreachable', { what: `The proxy ${proxy.host}:${proxy.port} does not answer` })
      : error
  }
}

function timedOut(address: string, port: number): Error {
  return Object.assign(new Error(`no answer from ${address}:${port}`), { code: 'ETIMEDOUT' })
}

function cut(): Error {
  return Object.assign(new Error('the connection was cut'), { code: 'ECONNRESET' })
}
