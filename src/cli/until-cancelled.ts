// What stays in the foreground until Ctrl-C, and says when one of its processes had to be started again.
import { printable, say, type Terminal } from './terminal.ts'

/** Resolves at Ctrl-C or SIGTERM. */
export async function untilCancelled(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  const { promise, resolve } = Promise.withResolvers<void>()
  signal.addEventListener('abort', () => resolve(), { once: true })
  // A pending promise alone keeps no process alive.
  const alive = setInterval(() => undefined, 60_000)
  await promise
  clearInterval(alive)
}

/** @returns the line for people about a process that died and is started again */
export function sayDeaths(terminal: Terminal): (title: string, how: string) => void {
  return (title, how) => say(terminal, `${title} ended (${printable(how)}) and is started again`)
}

/** Resolves after so many milliseconds; keeps no process alive. */
export async function late(ms: number): Promise<'late'> {
  return await new Promise((resolve) => AbortSignal.timeout(ms).addEventListener('abort', () => resolve('late')))
}
