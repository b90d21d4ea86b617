// One HTTP request over a TLS connection that is open and verified already: what was proved of it holds for the request.
import { request as httpRequest } from 'node:http'
import type { TLSSocket } from 'node:tls'
import { codes } from '../../core/codes.ts'
import { Fault } from '../../core/fault.ts'
import { refusalCode } from '../../core/failure-codes.ts'
import { networkFault } from './network-fault.ts'

export type HttpRequest = {
  readonly method: 'GET' | 'POST'
  readonly host: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

export type HttpAnswer = {
  readonly status: number
  readonly body: string
  /** Seconds of Retry-After, 0 where there is none. */
  readonly retryAfterS: number
}

const answerWithinMs = 20_000
const answerBytesMax = 1024 * 1024

/**
 * Sends the request and reads the whole answer; the connection ends with it.
 * @throws Fault of the network, `http.unexpected` where the answer is too large
 */
export async function exchangeHttp(socket: TLSSocket, request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>()
  const limited = AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)])
  const { method, host, path, headers = {}, body } = request
  const outgoing = httpRequest({
    createConnection: () => socket,
    method,
    path,
    signal: limited,
    headers: {
      Host: host,
      Accept: '*/*',
      Connection: 'close',
      ...headers,
      ...(body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }),
    },
  })
  outgoing.once('error', reject)
  outgoing.once('response', (response) => {
    let text = ''
    response.setEncoding('utf8')
    response.on('data', (chunk: string) => {
      text += chunk
      if (text.length > answerBytesMax)
        response.destroy(new Fault('http.unexpected', { what: `${host} answers without end` }))
    })
    response.once('error', reject)
    response.once('end', () =>
      resolve({
        status: response.statusCode ?? 0,
        body: text,
        retryAfterS: Number(response.headers['retry-after'] ?? 0) || 0,
      }),
    )
  })
  outgoing.end(body)
  try {
    return await promise
  } catch (error) {
    if (signal.aborted) throw signal.reason
    throw limited.aborted
      ? new Fault('tcp.timeout', { what: `${host} took the request and did not answer` })
      : networkFault(error, host)
  } finally {
    socket.destroy()
  }
}

/** @returns what an answer that is no success means. */
export function answerFault(answer: HttpAnswer, host: string): Fault {
  const code = refusalCode(answer.body)
  if (code === undefined)
    return new Fault('http.unexpected', { what: `${host} answered HTTP ${answer.status} without a code of ours` })
  const sentence = answer.body.replace(/^Forbidden\s*/, '').replace(/^[a-z.-]+: /, '')
  // What stands there came from a verified exchange; still it is one line and short.
  const told = (sentence.split('\n')[0] ?? '').slice(0, 400).trim()
  // The exchange ends with the remedy, which the fault has already; one that the catalogue does not have stays.
  const { remedy } = codes[code]
  const what = told.endsWith(remedy) ? told.slice(0, -remedy.length).trim().replace(/\.$/, '') : told
  return new Fault(code, { what: what || `HTTP ${answer.status}` })
}
