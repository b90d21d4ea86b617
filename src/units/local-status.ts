// What a device on this machine says of itself, asked over its local API.
import type { Status } from '../wire/status.ts'

/** @param base `http://HOST:PORT`. @returns undefined while it does not answer, or is not enrolled */
export async function askLocalStatus(base: string): Promise<Status | undefined> {
  try {
    const answer = await fetch(`${base}/v1/contexts/default/status`, { signal: AbortSignal.timeout(2_000) })
    return answer.ok ? ((await answer.json()) as Status) : undefined
  } catch {
    return undefined
  }
}
