// One request to a server on this machine. Not the global fetch: that gives up after 300 s without an answer, and
// verifying a large ledger takes longer.
import { request as httpRequest } from 'node:http'
import { Fault } from '../core/fault.ts'

/** A server of ours takes a connection at once or not at all. */
const connectWithinMs = 10_000

/**
 * @param signal ends the wait; the answer itself has no limit, for some work has none
 * @throws Fault server.unreachable
 */
export async function sendOverHttp(request: Request, signal: AbortSignal): Promise<Response> {
  const body = request.body === null ? undefined : Buffer.from(await request.arrayBuffer())
  const { promise, resolve, reject } = Promise.withResolvers<Response>()
  const headers = { ...Object.fromEntries(request.headers), 'content-length': String(body?.length ?? 0) }
  const sent = httpRequest(request.url, { method: request.method, headers, signal, agent: false }, (answer) => {
    const chunks: Buffer[] = []
    answer.on('data', (chunk: Buffer) => chunks.push(chunk))
    answer.on('error', reject)
    answer.on('end', () => {
      const status = answer.statusCode ?? 502
      const type = answer.headers['content-type'] ?? 'application/octet-stream'
      resolve(
        new Response(status === 204 ? null : Buffer.concat(chunks), { status, headers: { 'content-type': type } }),
      )
    })
  })
  sent.on('socket', (socket) => {
    socket.setTimeout(connectWithinMs, () => sent.destroy(new Error('no connection in time')))
    socket.once('connect', () => socket.setTimeout(0))
  })
  sent.on('error', (error) => reject(signal.aborted ? error : unreachable(request.url, error)))
  sent.end(body)
  return promise
}

function unreachable(url: string, cause: Error): Fault {
  const remedy =
    'See whether it still runs with `sallyport status`; start it with `sallyport up` or `sallyport device`.'
  return new Fault('server.unreachable', { what: `${new URL(url).host} does not answer`, remedy, cause })
}
