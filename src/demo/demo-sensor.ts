// Plays the scenario into a real file as a sensor would: an hour of it at once, then at a live pace; the file is
// rotated by renaming, so that the demonstration exercises what a site does.
import { appendFile, mkdir, rename, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Clock } from '../platform/clock.ts'
import { Scenario } from './scenario.ts'

const pastMs = 60 * 60_000
const pastSteps = 1_800
const liveEveryMs = 400
const rotateAtBytes = 16 * 1024 * 1024

export type DemoOptions = {
  readonly path: string
  readonly seed: number
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** Writes until the signal aborts. A file that exists is gone on with, without a second past. */
export async function playDemo({ path, seed, clock, signal }: DemoOptions): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const begun = await sizeOf(path)
  // A new start tells other ordinary traffic; the story is the same.
  const scenario = new Scenario(begun === undefined ? seed : seed + begun)
  if (begun === undefined) {
    const now = clock.now()
    const lines: string[] = []
    for (let step = 0; step < pastSteps; step++)
      lines.push(...scenario.next(now - pastMs + (step * pastMs) / pastSteps))
    await appendFile(path, `${lines.join('\n')}\n`)
  }
  while (!signal.aborted) {
    await clock.sleep(liveEveryMs, signal)
    if (signal.aborted) return
    await appendFile(path, `${scenario.next(clock.now()).join('\n')}\n`)
    if (((await sizeOf(path)) ?? 0) > rotateAtBytes) await rename(path, `${path}.1`)
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  return await stat(path).then(
    ({ size }) => size,
    () => undefined,
  )
}
