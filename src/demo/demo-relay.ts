// The demonstration's relay module: a web service on loopback that speaks the contract of relay modules (threat-response
// contract 2.1, 2.3), so that Investigate shows a verdict and its reasons without a network.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Clock } from '../platform/clock.ts'
import { judgement, known, type Known, sighting, verdict } from './demo-intelligence.ts'

export type DemoRelay = AsyncDisposable & {
  readonly url: string
  /** What callers must show as bearer token. */
  readonly token: string
}

const bodyBytesMax = 1024 * 1024

/** Listens on a free port of loopback; ready when it does. */
export async function startDemoRelay(clock: Clock): Promise<DemoRelay> {
  const token = randomBytes(24).toString('base64url')
  const server = createServer((request, response) => {
    void answer(request, token, clock).then(
      (document) => send(response, 200, document),
      () => send(response, 400, { code: 'invalid argument', message: 'not a list of observables' }),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const bound = server.address()
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    token,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function answer(request: IncomingMessage, token: string, clock: Clock): Promise<unknown> {
  const body = await readJson(request)
  if (request.headers.authorization !== `Bearer ${token}`)
    // As relay modules do: an expected failure is a 200 with errors (2.3).
    return { errors: [{ type: 'fatal', code: 'authorization error', message: 'Authorization failed: wrong token' }] }
  const now = clock.now()
  switch (request.url) {
    case '/health':
      return { data: { status: 'ok' } }
    case '/version':
      return { version: '1.0.0' }
    case '/deliberate/observables':
      return { data: { verdicts: docs(found(body).map((one) => verdict(one, now))) } }
    case '/observe/observables': {
      const ours = found(body)
      return {
        data: {
          verdicts: docs(ours.map((one) => verdict(one, now))),
          judgements: docs(ours.map((one) => judgement(one, now))),
          sightings: docs(ours.map((one) => sighting(one, now))),
        },
      }
    }
    case '/refer/observables':
      return { data: [] }
    default:
      return { errors: [{ type: 'error', code: 'not found', message: `no route ${request.url}` }] }
  }
}

function found(body: unknown): readonly Known[] {
  if (!Array.isArray(body)) throw new TypeError('not a list')
  const asked = new Set(body.map((each: { readonly type: unknown; readonly value: unknown }) => keyOf(each)))
  return known.filter((one) => asked.has(keyOf(one)))
}

function keyOf({ type, value }: { readonly type: unknown; readonly value: unknown }): string {
  return JSON.stringify([type, value])
}

function docs(all: readonly unknown[]): { readonly count: number; readonly docs: readonly unknown[] } {
  return { count: all.length, docs: all }
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request) {
    length += chunk.length
    if (length > bodyBytesMax) throw new RangeError('too long')
    chunks.push(chunk)
  }
  const text = Buffer.concat(chunks).toString()
  return text === '' ? {} : JSON.parse(text)
}

function send(response: ServerResponse, status: number, document: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(document))
}
