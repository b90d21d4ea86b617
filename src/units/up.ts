// `sallyport up`: a site with a demonstration, or with the sensors of this machine. The console is built beside it,
// where it is not built yet: events flow meanwhile.
import type { RunningSite, UpRequest } from '../cli/ports.ts'
import { Fault } from '../core/fault.ts'
import { parseSources } from '../device/event-handler/source-argument.ts'
import { systemClock } from '../platform/clock.ts'
import { buildConsole, consoleFolder } from './console-build.ts'
import { dataFolder } from './data-folder.ts'
import { beginDemonstration } from './demonstration.ts'
import { signInLink } from './sign-in-link.ts'
import { type Site, startSite } from './site.ts'

const askEveryMs = 100

/** Starts it; ready when all processes run. */
export async function startUp(options: UpRequest): Promise<RunningSite> {
  const startedAt = systemClock.monotonic()
  const stop = new AbortController()
  const signal = AbortSignal.any([stop.signal, options.signal])
  await using up = new AsyncDisposableStack()
  // Beside the start of the site; who needs it waits for it, and hears then why it failed.
  const built = buildConsole(signal)
  built.catch(() => undefined)
  const folder = dataFolder(options.data)
  const demo = options.demo ? await beginDemonstration(folder, systemClock) : undefined
  const sources = demo?.sources ?? parseSources(options.sources)
  const site = up.use(await startSite({ ...options, consoleFolder, sources, enable: ['Exchange'], signal }))
  if (demo !== undefined) up.use(await demo.startModule(site.owner))
  const playing = demo?.play(site, signal)
  up.defer(async () => {
    stop.abort()
    await playing
  })
  const parts = up.move()
  const { console: url, devices } = site.exchange()
  return {
    data: folder.root,
    console: url,
    devices,
    local: new URL(site.localApi).host,
    async link() {
      await built
      return await signInLink(site.owner, signal)
    },
    firstEvent: firstEvent(site, signal, startedAt),
    story: demo?.story,
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  }
}

async function firstEvent(site: Site, signal: AbortSignal, startedAt: number): Promise<number> {
  while (!signal.aborted) {
    const journal = await storedEvents(site)
    if (journal !== undefined && journal.events > 0 && journal.unindexedBlocks === 0) break
    await systemClock.sleep(askEveryMs, signal)
  }
  return systemClock.monotonic() - startedAt
}

async function storedEvents(site: Site): Promise<{ events: number; unindexedBlocks: number } | undefined> {
  try {
    return (await site.owner.get<{ journal: { events: number; unindexedBlocks: number } }>('status')).journal
  } catch (error) {
    // Disabled by pmtool for as long as somebody likes: the first event comes behind it.
    if (error instanceof Fault && error.code === 'server.unreachable') return undefined
    throw error
  }
}
