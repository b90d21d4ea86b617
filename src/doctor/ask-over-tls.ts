// One GET over a TLS connection that is open and verified already, to see who answers (original-system A8).
import { request } from 'node:http'
import type { TLSSocket } from 'node:tls'
import { clientsPath } from '../wire/registration/clients.ts'
import type { Failure } from './failure.ts'

export type HttpAnswer = {
  readonly status: number
  readonly body: string
  /** By the server's clock, Unix ms, whole seconds; undefined where it does not say. */
  readonly date: number | undefined
}

const bodyBytesMax = 64 * 1024

/** Asks for the device's own record; the connection ends with it. */
export async function askOverTls(socket: TLSSocket, host: string, signal: AbortSignal): Promise<HttpAnswer | Failure> {
  const { promise, resolve } = Promise.withResolvers<HttpAnswer | Failure>()
  const fail = (error: Error) =>
    resolve({ errno: signal.aborted ? 'ETIMEDOUT' : 'HTTP', text: `no HTTP answer: ${error.message}` })
  const asked = request({
    createConnection: () => socket,
    method: 'GET',
    path: clientsPath,
    headers: { Host: host, Accept: '*/*', Connection: 'close' },
    signal,
  })
  asked.once('error', fail)
  asked.once('response', (response) => {
    let body = ''
    response.setEncoding('utf8')
    response.on('data', (chunk: string) => {
      body += chunk
      if (body.length > bodyBytesMax) response.destroy(new RangeError('an answer without end'))
    })
    response.once('error', fail)
    response.once('end', () => {
      const date = Date.parse(response.headers.date ?? '')
      resolve({ status: response.statusCode ?? 0, body, date: Number.isNaN(date) ? undefined : date })
    })
  })
  asked.end()
  const answer = await promise
  socket.destroy()
  return answer
}
