// Asks /api/v1 as the signed-in browser; what goes wrong is an RFC 9457 problem with code, detail and remedy.
import type { Problem } from '../../wire/api/fleet.ts'

/** What the API or the network refused; all three of its parts are shown. */
export class ApiProblem extends Error {
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.detail)
    this.name = 'ApiProblem'
    this.problem = problem
  }
}

type Ask = {
  readonly query?: Readonly<Record<string, string | number | undefined>>
  readonly body?: unknown
  readonly method?: 'DELETE'
  readonly signal?: AbortSignal | undefined
}

/** Above the 30 s for which an investigation may be waited for. */
const patienceMs = 45_000

/**
 * GET, or POST where there is a body.
 * @param path below `/api/v1/`
 * @throws ApiProblem; an abort by the caller's signal passes as it is
 */
export async function ask<T>(path: string, { query, body, method, signal }: Ask = {}): Promise<T> {
  const limit = AbortSignal.timeout(patienceMs)
  let response: Response
  try {
    response = await fetch(`/api/v1/${path}${queryString(query)}`, {
      credentials: 'same-origin',
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
      headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(method && { method }),
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    })
  } catch (cause) {
    if (signal?.aborted) throw cause
    throw new ApiProblem(limit.aborted ? tooSlow : unreachable)
  }
  const answer: unknown = await response.json().catch(() => undefined)
  if (!response.ok) throw new ApiProblem(isProblem(answer) ? answer : unclear(response.status))
  return answer as T
}

/**
 * GET of an answer that comes in pieces, without a limit of time.
 * @throws ApiProblem, also while it is read: what was cut off is no file
 */
export async function askFile(
  path: string,
  query: Ask['query'],
  signal: AbortSignal,
): Promise<{ readonly headers: Headers; readonly pieces: AsyncIterable<Uint8Array<ArrayBuffer>> }> {
  const response = await fetch(`/api/v1/${path}${queryString(query)}`, { credentials: 'same-origin', signal }).catch(
    (cause: unknown) => {
      throw signal.aborted ? cause : new ApiProblem(unreachable)
    },
  )
  if (!response.ok || !response.body) {
    const answer: unknown = await response.json().catch(() => undefined)
    throw new ApiProblem(isProblem(answer) ? answer : unclear(response.status))
  }
  return { headers: response.headers, pieces: piecesOf(response.body, signal) }
}

/** Text of such an answer as it comes; each piece ends with a line's end. */
export async function* askLines(path: string, query: Ask['query'], signal: AbortSignal): AsyncGenerator<string> {
  const { pieces } = await askFile(path, query, signal)
  const decoder = new TextDecoder()
  let rest = ''
  for await (const piece of pieces) {
    const text = decoder.decode(piece, { stream: true })
    const end = text.lastIndexOf('\n') + 1
    if (end > 0) yield rest + text.slice(0, end)
    rest = end > 0 ? text.slice(end) : rest + text
  }
}

async function* piecesOf(body: ReadableStream<Uint8Array<ArrayBuffer>>, signal: AbortSignal) {
  const reader = body.getReader()
  try {
    for (;;) {
      const { value, done } = await reader.read()
      if (done) return
      yield value
    }
  } catch (cause) {
    throw signal.aborted ? cause : new ApiProblem(unreachable)
  }
}

/** @returns `?a=b`, or '' when nothing is set; empty and absent values are left out. */
export function queryString(query: Ask['query'] = {}): string {
  const set = Object.entries(query).filter(([, value]) => value !== undefined && value !== '')
  return set.length === 0 ? '' : `?${new URLSearchParams(set.map(([name, value]) => [name, String(value)]))}`
}

/** @returns the problem of anything thrown, so that one component can show it. */
export function problemOf(error: unknown): Problem {
  return error instanceof ApiProblem ? error.problem : { ...unclear(0), detail: String(error) }
}

function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'code' in value && 'detail' in value
}

const made = { type: 'about:blank', title: 'No answer', status: 0 } as const

const unreachable: Problem = {
  ...made,
  code: 'tcp.refused',
  detail: 'The exchange does not answer.',
  remedy: 'Check that `sallyport up` is still running; this page asks again by itself.',
}

const tooSlow: Problem = {
  ...made,
  code: 'tcp.timeout',
  detail: `The exchange did not answer within ${patienceMs / 1000} s.`,
  remedy: 'Ask for a shorter time range, or see the log of the exchange.',
}

function unclear(status: number): Problem {
  return {
    ...made,
    status,
    code: 'internal',
    detail: `The exchange answered ${status} without saying why.`,
    remedy: 'See the log of the exchange.',
  }
}
