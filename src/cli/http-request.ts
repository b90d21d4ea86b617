// One request to a server on this machine. Not the global fetch: that gives up after 300 s without an answer, and
// verifying a large ledger takes longer.
import { type IncomingMessage, request as httpRequest } from 'node:http'
import { Fault } from '../core/fault.ts'

/** A server of ours takes a connection at once or not at all. */
const connectWithinMs = 10_000
/** Most answers take milliseconds: a server that is silent for so long is stopped or hangs. */
export const promptMs = 15_000

/**
 * @param signal ends the wait and the answer
 * @param answerWithin between two pieces of the answer, ms; 0 = no limit, for some work has none
 * @throws Fault server.unreachable, also while the body is read
 */
export async function sendOverHttp(request: Request, signal: AbortSignal, answerWithin = promptMs): Promise<Response> {
  const body = request.body === null ? undefined : Buffer.from(await request.arrayBuffer())
  const { promise, resolve, reject } = Promise.withResolvers<Response>()
  const headers = { ...Object.fromEntries(request.headers), 'content-length': String(body?.length ?? 0) }
  const sent = httpRequest(request.url, { method: request.method, headers, signal, agent: false }, (answer) => {
    const status = answer.statusCode ?? 502
    const told = Object.entries(answer.headers).filter(([name]) => /^(content-type|sallyport-)/.test(name))
    const content = status === 204 ? null : ReadableStream.from(piecesOf(answer, request.url, signal))
    resolve(new Response(content, { status, headers: told.map(([name, value]) => [name, String(value)]) }))
  })
  sent.on('socket', (socket) => {
    socket.setTimeout(connectWithinMs, () => sent.destroy(new Error('silent for too long')))
    socket.once('connect', () => socket.setTimeout(answerWithin))
  })
  sent.on('error', (error) => reject(signal.aborted ? error : unreachable(request.url, error)))
  sent.end(body)
  return promise
}

async function* piecesOf(answer: IncomingMessage, url: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  try {
    for await (const piece of answer) yield piece
  } catch (error) {
    throw signal.aborted || !(error instanceof Error) ? error : unreachable(url, error)
  }
}

function unreachable(url: string, cause: Error): Fault {
  const remedy =
    'See what is wrong with `sallyport doctor`; start it, or one that hangs anew, with `sallyport up` or `sallyport device`.'
  return new Fault('server.unreachable', { what: `${new URL(url).host} does not answer`, remedy, cause })
}
