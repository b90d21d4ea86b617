// An exchange of real parts but for the journal, and a device's folder, for tests of enrolment and connector.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import type { Duplex } from 'node:stream'
import { join } from 'node:path'
import { X509Certificate } from 'node:crypto'
import { pino } from 'pino'
import { type Clock, systemClock } from '../../src/platform/clock.ts'
import { openState } from '../../src/platform/sqlite.ts'
import { type ChannelEnd, openChannelEnd } from '../../src/server/fleet/channel-end.ts'
import { type DeviceListener, startDeviceListener } from '../../src/server/fleet/device-listener.ts'
import { fingerprintOf } from '../../src/server/fleet/authority.ts'
import { defaultOrganisation, type Fleet, openFleet } from '../../src/server/fleet/fleet.ts'
import { openAdmission } from '../../src/server/ingest/admission.ts'
import { type MemoryStore, openMemoryStore } from '../../src/server/ingest/store-memory.ts'

export type Site = AsyncDisposable & {
  readonly root: string
  /** Of the device. */
  readonly folder: string
  readonly fleet: Fleet
  readonly listener: DeviceListener
  readonly channel: ChannelEnd
  readonly store: MemoryStore
  readonly disconnects: string[]
  /** Of the certificates that channels were opened with. */
  readonly serials: readonly string[]
  /** Cuts every channel without a word. */
  cut(): void
  advance(ms: number): void
  token(more?: { device?: string; ttlMs?: number; names?: readonly string[] }): Promise<string>
}

export async function openSite(options: { readonly port?: number; readonly root?: string } = {}): Promise<Site> {
  await using up = new AsyncDisposableStack()
  const root = options.root ?? (await mkdtemp(join(tmpdir(), 'sallyport-site-')))
  if (options.root === undefined) up.defer(() => rm(root, { recursive: true }))
  const log = pino({ level: 'silent' })
  let offset = 0
  const clock: Clock = { ...systemClock, now: () => systemClock.now() + offset }
  const state = up.use(await openState(join(root, 'state.sqlite')))
  const fleet = up.use(await openFleet({ db: state.db, folder: join(root, 'ca'), names: [], clock, log }))
  const store = openMemoryStore()
  const admission = up.use(openAdmission({ store, clock, log, unindexedBlocks: () => 0 }))
  const disconnects: string[] = []
  const serials: string[] = []
  const sockets = new Set<Duplex>()
  const channel = up.use(
    openChannelEnd({
      intake: admission,
      presence: {
        connected: ({ certificatePem }) =>
          void fleet.registry.channelAccepted(fingerprintOf(new X509Certificate(certificatePem))),
        disconnected: ({ code }) => void disconnects.push(code),
        status: (identity, status, at) => fleet.registry.heard(identity, { seenAt: at, status }),
        acknowledged: (identity, at) => fleet.registry.heard(identity, { seenAt: at, ackAt: at }),
      },
      program: 'test',
      clock,
      log,
      random: () => 0,
    }),
  )
  const listener = up.use(
    await startDeviceListener({
      ...fleet,
      listen: { host: '127.0.0.1', port: options.port ?? 0 },
      channel: {
        accept(request, socket, head, identity) {
          sockets.add(socket)
          serials.push(identity.serial)
          channel.accept(request, socket, head, identity)
        },
      },
      roles: ({ host, port }) => {
        const url = `https://${host}:${port}`
        return { api: url, enrol: url, ingest: url, messages: url }
      },
      clock,
      log,
    }),
  )
  const parts = up.move()
  return {
    root,
    serials,
    cut() {
      for (const socket of sockets) socket.destroy()
      sockets.clear()
    },
    folder: join(root, 'device'),
    fleet,
    listener,
    channel,
    store,
    disconnects,
    advance: (ms) => {
      offset += ms
    },
    token: async (more = {}) =>
      (
        await fleet.tokens.createToken({
          organisation: defaultOrganisation,
          creator: 'test',
          names: [],
          bound: listener.address,
          ...more,
        })
      ).token,
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  }
}
