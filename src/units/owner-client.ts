// The owner's voice inside a process tree: asks /api/v1 of the exchange child with the key of the data folder.
import { type Code, codes, isCode } from '../core/codes.ts'
import { Fault } from '../core/fault.ts'
import { systemClock } from '../platform/clock.ts'
import type { Problem } from '../wire/api/fleet.ts'

/** An answer takes longer than this only where something hangs. */
const answerWithinMs = 60_000
/** An exchange that died is started again at once, and at the latest every 5 s; this long means that it never comes. */
const returnsWithinMs = 120_000
const askAgainEveryMs = 100

export type OwnerClient = {
  get<T>(path: string): Promise<T>
  post<T>(path: string, body: unknown): Promise<T>
  delete(path: string): Promise<void>
}

/** Asks again while the exchange is being started again. @returns a client whose questions end with the signal */
export function patientClient(owner: OwnerClient, signal: AbortSignal): OwnerClient {
  const patiently = async <T>(ask: () => Promise<T>): Promise<T> => {
    const deadline = systemClock.monotonic() + returnsWithinMs
    for (;;) {
      try {
        return await ask()
      } catch (error) {
        const away = error instanceof Fault && awayCodes.has(error.code)
        if (!away || systemClock.monotonic() >= deadline) throw error
      }
      await systemClock.sleep(askAgainEveryMs, signal)
      signal.throwIfAborted()
    }
  }
  return {
    get: (path) => patiently(() => owner.get(path)),
    post: (path, body) => patiently(() => owner.post(path, body)),
    delete: (path) => patiently(() => owner.delete(path)),
  }
}

const awayCodes: ReadonlySet<Code> = new Set(['server.unreachable', 'journal.unavailable'])

/** @param base asked at each call, for a restarted exchange may be elsewhere. Rejects with the Fault of the answer. */
export function ownerClient(base: () => string, key: string): OwnerClient {
  const ask = async (method: string, path: string, body?: unknown): Promise<Response> => {
    let answer: Response
    try {
      answer = await fetch(`${base()}/api/v1/${path}`, {
        method,
        headers: {
          authorization: `Bearer ${key}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(answerWithinMs),
      })
    } catch (cause) {
      throw new Fault('server.unreachable', { what: `The exchange does not answer at ${base()}`, cause })
    }
    if (answer.ok) return answer
    const problem = (await answer.json().catch(() => ({}))) as Partial<Problem>
    const code = problem.code !== undefined && isCode(problem.code) ? problem.code : 'internal'
    throw new Fault(code, {
      what: problem.detail ?? `The exchange answered ${answer.status}`,
      remedy: problem.remedy ?? codes[code].remedy,
    })
  }
  return {
    get: async <T>(path: string) => (await (await ask('GET', path)).json()) as T,
    post: async <T>(path: string, body: unknown) => (await (await ask('POST', path, body)).json()) as T,
    async delete(path) {
      await ask('DELETE', path)
    },
  }
}
