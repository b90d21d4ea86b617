// `sallyport open`: one's own sensor output through the whole road, once. What it counts is what the journal holds of
// these inputs, not what this run added: typing the command again after a crash ends with the same totals.
import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Opened, OpenRequest, OpenTotals } from '../cli/ports.ts'
import { systemClock } from '../platform/clock.ts'
import { serviceIds } from '../wire/services/messages.ts'
import type { InputTotals } from '../wire/api/events.ts'
import { consoleFolder } from './console-build.ts'
import { defaultDataFolder, openDataFolder } from './data-folder.ts'
import { fingerprintOfFile } from './fingerprint-of-file.ts'
import { findInputs, type SensorInput, type SkippedInput } from './find-inputs.ts'
import { makeRunFolder } from './run-folder.ts'
import { signInLink } from './sign-in-link.ts'
import { type Site, startSite } from './site.ts'

/** How often the device and the journal are asked how far they are. */
const askEveryMs = 100

/** Runs the inputs through the road; resolves when every event is stored and searchable. Rejects when aborted. */
export async function openInputs(options: OpenRequest): Promise<Opened> {
  if (options.data !== undefined) return await openIn(options.data, options)
  // Below the default folder, so that it never meets a running `up`.
  const own = await makeRunFolder(join(defaultDataFolder, 'open'))
  options.onOwnFolder(own.path)
  try {
    const opened = await openIn(own.path, options)
    return {
      ...opened,
      async [Symbol.asyncDispose]() {
        await opened[Symbol.asyncDispose]()
        await own.remove()
      },
    }
  } catch (error) {
    // Where it failed its logs are worth reading: it goes at the next start.
    if (options.signal.aborted) await own.remove()
    throw error
  }
}

async function openIn(data: string, options: OpenRequest): Promise<Opened> {
  const path = options.path === '-' ? await keepStandardInput(data, options.signal) : options.path
  const inputs = await findInputs(path, options.signal)
  const sensors = inputs.filter((input) => input.kind === 'sensor')
  const skipped = inputs.filter((input) => input.kind === 'skipped')
  if (sensors.length === 0) {
    const ignored = skipped.reduce((sum, input) => sum + input.ignored, 0)
    return {
      data,
      site: undefined,
      totals: sum([], skipped, { durationMs: 0, ignored }),
      async [Symbol.asyncDispose]() {},
    }
  }
  await using up = new AsyncDisposableStack()
  const startedAt = systemClock.monotonic()
  const sources = sensors.map(({ path: file, name, format }) => ({ name, path: file, format, once: true }))
  const site = up.use(await startSite({ ...options, consoleFolder, data, sources, enable: serviceIds }))
  const totals = await untilSearchable(site, sensors, options)
  const parts = up.move()
  return {
    data,
    site: {
      data,
      console: site.exchange().console,
      devices: site.exchange().devices,
      link: () => signInLink(site.owner, options.signal),
      // It ends with what was opened.
      async [Symbol.asyncDispose]() {},
    },
    totals: sum(totals, skipped, { durationMs: Math.round(systemClock.monotonic() - startedAt), ignored: 0 }),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  }
}

type Stored = { readonly journal: { readonly events: number; readonly unindexedBlocks: number } }

async function untilSearchable(
  site: Site,
  sensors: readonly SensorInput[],
  options: OpenRequest,
): Promise<InputTotals[]> {
  for (;;) {
    options.signal.throwIfAborted()
    const status = await site.deviceStatus()
    const unreadBytes = (status?.eventHandler?.sources ?? []).reduce((bytes, source) => bytes + source.behindBytes, 0)
    const { journal: stored } = await site.owner.get<Stored>('status')
    options.onProgress({ events: stored.events, unreadBytes })
    if (status?.eventHandler?.drained === true && stored.unindexedBlocks === 0) {
      const totals = await Promise.all(sensors.map((input) => totalsOf(site, input)))
      if (totals.every(({ unindexedBlocks }) => unindexedBlocks === 0)) return totals
    }
    await systemClock.sleep(askEveryMs, options.signal)
  }
}

async function totalsOf(site: Site, input: SensorInput): Promise<InputTotals> {
  const query = new URLSearchParams({
    device: site.device,
    source: input.name,
    fingerprint: await fingerprintOfFile(input.path),
  })
  return await site.owner.get<InputTotals>(`inputs?${query}`)
}

function sum(
  totals: readonly InputTotals[],
  skipped: readonly SkippedInput[],
  { durationMs, ignored }: { durationMs: number; ignored: number },
): OpenTotals {
  const byType = new Map<string, number>()
  const lost = new Map<string, number | null>()
  for (const one of totals) {
    for (const [type, count] of Object.entries(one.byType)) byType.set(type, (byType.get(type) ?? 0) + count)
    for (const [cause, count] of Object.entries(one.lost)) {
      const before = lost.get(cause) ?? 0
      lost.set(cause, before === null || count === null ? null : before + count)
    }
  }
  const of = (pick: (one: InputTotals) => number) => totals.reduce((all, one) => all + pick(one), 0)
  return {
    v: 1,
    events: of((one) => one.events),
    quarantined: of((one) => one.quarantined),
    ignored: of((one) => one.ignored) + ignored,
    notSelected: of((one) => one.notSelected),
    byType: Object.fromEntries([...byType].sort((a, b) => b[1] - a[1])),
    lost: Object.fromEntries(lost),
    skipped: skipped.map(({ name, lines, ignored: others, reason }) => ({
      file: name,
      lines: totals.length > 0 ? lines + others : lines,
      reason,
    })),
    durationMs,
  }
}

/** A source must be readable again after a crash, so what comes on standard input is kept first. */
async function keepStandardInput(data: string, signal: AbortSignal): Promise<string> {
  const { inputs } = openDataFolder(data)
  await mkdir(inputs, { recursive: true, mode: 0o700 })
  const path = join(inputs, `stdin-${systemClock.now()}`)
  await pipeline(process.stdin, createWriteStream(path, { mode: 0o600 }), { signal })
  return path
}
