// Asks /api/v1 of the server whose data folder it is: over HTTP where one runs, in process where none does, so that a
// folder at rest can be read with the same commands.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Fault } from '../core/fault.ts'
import { endpointFile, type Endpoint, ownerKeyFile } from '../wire/endpoint.ts'
import { isAlive } from '../platform/process-lock.ts'
import { promptMs, sendOverHttp } from './http-request.ts'
import { problemToFault } from './problem-to-fault.ts'
import type { Session } from './session.ts'

export type Query = Readonly<Record<string, string | number | undefined>>

export type Client = AsyncDisposable & {
  /** Base of console and API; undefined = no server runs, the folder was opened in process. */
  readonly console: string | undefined
  /**
   * @param path below /api/v1; absent members of `query` are left out
   * @param answerWithin between two pieces, ms; by default what a server that works never needs
   * @throws Fault with the server's code, server.unreachable where it stays silent
   */
  get<T>(path: string, query?: Query, answerWithin?: number): Promise<T>
  post<T>(path: string, body?: unknown, query?: Query, answerWithin?: number): Promise<T>
  /**
   * An answer as it comes, for what has no end or is too large to hold.
   * @param answerWithin between two pieces, ms; by default as long as it takes
   * @throws Fault with the server's code; while reading, server.unreachable where it is cut off
   */
  stream(path: string, query: Query, answerWithin?: number): Promise<Streamed>
  delete(path: string): Promise<void>
}

export type Streamed = { readonly header: (name: string) => string | null; readonly pieces: AsyncIterable<Uint8Array> }

type Send = (request: Request, answerWithin: number) => Promise<Response>

/** For what grows with the store: a search, a verification. */
export const asLongAsItTakes = 0

/**
 * @param need `server` where a folder at rest is of no use
 * @throws Fault server.unreachable, session.missing where the key cannot be read
 */
export async function openClient(
  session: Session,
  dataFolder: string,
  need: 'server' | 'folder' = 'folder',
): Promise<Client> {
  const endpoint = readEndpoint(dataFolder)
  const running = endpoint !== undefined && isAlive(endpoint.pid, endpoint.startTicks)
  if (!running && (need === 'server' || !existsSync(join(dataFolder, ownerKeyFile)))) throw nothingRuns(dataFolder)
  const key = readOwnerKey(dataFolder)
  if (running) {
    const send: Send = async (request, answerWithin) => {
      // Long work is silent, as a stopped server is: whether anybody is there is asked first.
      if (answerWithin === asLongAsItTakes)
        await (await sendOverHttp(new Request(`${endpoint.console}/healthz`), session.signal)).text()
      return await sendOverHttp(request, session.signal, answerWithin)
    }
    return {
      ...clientOf(send, endpoint.console, key),
      console: endpoint.console,
      [Symbol.asyncDispose]: async () => {},
    }
  }
  const offline = await session.ports.openOffline(dataFolder)
  return {
    ...clientOf((request) => offline.fetch(request), 'http://127.0.0.1', key),
    console: undefined,
    [Symbol.asyncDispose]: () => offline[Symbol.asyncDispose](),
  }
}

function clientOf(send: Send, base: string, key: string): Pick<Client, 'get' | 'post' | 'stream' | 'delete'> {
  const requestOf = (method: string, path: string, query: Query, body: unknown) => {
    const url = new URL(`${base}/api/v1/${path}`)
    for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, `${value}`)
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
    const content = body === undefined ? null : JSON.stringify(body)
    if (content === null) Reflect.deleteProperty(headers, 'content-type')
    return new Request(url, { method, headers, body: content })
  }
  const ask = async <T>(request: Request, answerWithin: number): Promise<T> => {
    const response = await send(request, answerWithin)
    const text = await response.text()
    if (!response.ok) throw problemToFault(response.status, text)
    // Our own server of the same version: its suite holds answers against the schemas of these types.
    return JSON.parse(text === '' ? 'null' : text) as T
  }
  return {
    get: (path, query = {}, answerWithin = promptMs) => ask(requestOf('GET', path, query, undefined), answerWithin),
    post: (path, body, query = {}, answerWithin = promptMs) => ask(requestOf('POST', path, query, body), answerWithin),
    async stream(path, query, answerWithin = asLongAsItTakes) {
      const response = await send(requestOf('GET', path, query, undefined), answerWithin)
      if (!response.ok) throw problemToFault(response.status, await response.text())
      return { header: (name) => response.headers.get(name), pieces: response.body ?? ReadableStream.from([]) }
    },
    delete: (path) => ask(requestOf('DELETE', path, {}, undefined), promptMs),
  }
}

function readEndpoint(dataFolder: string): Endpoint | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(join(dataFolder, endpointFile), 'utf8'))
    return isEndpoint(value) ? value : undefined
  } catch {
    // Absent, or being written: either way nothing answers yet.
    return undefined
  }
}

function isEndpoint(value: unknown): value is Endpoint {
  if (typeof value !== 'object' || value === null) return false
  if (!('v' in value) || value.v !== 1 || !('pid' in value) || !('startTicks' in value) || !('console' in value))
    return false
  const { pid, startTicks, console: base } = value
  return Number.isSafeInteger(pid) && Number.isSafeInteger(startTicks) && typeof base === 'string' && URL.canParse(base)
}

function readOwnerKey(dataFolder: string): string {
  const file = join(dataFolder, ownerKeyFile)
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (cause) {
    const remedy = 'Run the command as the user whose server it is, or name its folder with --data.'
    throw new Fault('session.missing', { what: `The owner's key ${file} cannot be read`, remedy, cause })
  }
}

function nothingRuns(dataFolder: string): Fault {
  return new Fault('server.unreachable', {
    what: `No server runs on ${dataFolder}`,
    remedy: 'Start one with `sallyport up`, or name the data folder of another with --data DIR.',
  })
}
