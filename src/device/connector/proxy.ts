// The way through an HTTP proxy: CONNECT, then TLS to the exchange end to end; what is pinned and verified is the
// exchange, never the proxy (issue 9, part 2). The name of the exchange is the proxy's to resolve.
import { request } from 'node:http'
import type { Socket } from 'node:net'
import { Fault } from '../../core/fault.ts'

export type Proxy = {
  readonly host: string
  readonly port: number
  /** As it was given, with user and password: never logged, never sent. */
  readonly url: string
}

const portDefault = 3128

/** Reads `http://[USER:PASSWORD@]HOST[:PORT]`. @throws RangeError that does not repeat the text: it may hold a password */
export function readProxy(text: string): Proxy {
  // What a .properties file holds without escapes.
  if (!/^[!-[\]-~]+$/.test(text)) throw new RangeError('a proxy is written in ASCII, its password with %-escapes')
  const full = /^[a-z][a-z+.-]*:\/\//i.test(text) ? text : `http://${text}`
  const url = URL.canParse(full) ? new URL(full) : undefined
  if (url?.protocol !== 'http:' || url.pathname !== '/' || url.search !== '' || url.hash !== '' || !isDecodable(url))
    throw new RangeError('this is no http://[USER:PASSWORD@]HOST[:PORT]')
  // A URL leaves out port 80, and so does one that names no port.
  const port = url.port !== '' ? Number(url.port) : /:80\/?$/.test(full) ? 80 : portDefault
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port, url: full.replace(/\/$/, '') }
}

/**
 * Opens a connection to the target through the proxy.
 * @throws Fault `proxy.unreachable`, `proxy.credentials`, `proxy.refused`; the signal's reason when it aborts
 */
export async function openTunnel(
  proxy: Proxy,
  target: { readonly host: string; readonly port: number },
  signal: AbortSignal,
): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>()
  const to = `${target.host.includes(':') ? `[${target.host}]` : target.host}:${target.port}`
  const where = `The proxy ${proxy.host}:${proxy.port}`
  const asked = request({
    method: 'CONNECT',
    host: proxy.host,
    port: proxy.port,
    path: to,
    headers: { Host: to, ...authorization(proxy) },
    agent: false,
    signal,
  })
  asked.once('connect', ({ statusCode = 0 }, socket: Socket) => {
    if (statusCode >= 200 && statusCode < 300) return resolve(socket)
    socket.destroy()
    if (statusCode === 407) reject(new Fault('proxy.credentials', { what: `${where} answered HTTP 407` }))
    else reject(new Fault('proxy.refused', { what: `${where} answered HTTP ${statusCode} for ${to}` }))
  })
  // It answered as if it were the server that was asked for.
  asked.once('response', (response) => {
    response.destroy()
    reject(new Fault('proxy.refused', { what: `${where} knows no CONNECT` }))
  })
  asked.on('error', (cause) => {
    const said = 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message
    reject(signal.aborted ? signal.reason : new Fault('proxy.unreachable', { what: `${where}: ${said}`, cause }))
  })
  asked.end()
  return await promise
}

function authorization({ url }: Proxy): Record<string, string> {
  const { username, password } = new URL(url)
  if (username === '' && password === '') return {}
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return { 'Proxy-Authorization': `Basic ${Buffer.from(pair).toString('base64')}` }
}

function isDecodable({ username, password }: URL): boolean {
  try {
    decodeURIComponent(`${username}${password}`)
    return true
  } catch {
    return false
  }
}
