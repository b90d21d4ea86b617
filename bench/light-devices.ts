// Many devices in one process: each enrols with a token as a device does and holds the real channel over TLS, above a
// spool in memory.
import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { channelLimits } from '../src/device/connector/channel-pulse.ts'
import { readAnchors } from '../src/device/connector/contexts.ts'
import { enrol } from '../src/device/connector/enrol.ts'
import { readIdentities } from '../src/device/connector/identity.ts'
import { systemClock } from '../src/platform/clock.ts'
import { StreamFixture } from '../src/server/journal/stream-fixture.ts'
import { type ConnectorEnd, startConnectorEnd } from '../test/channel/connector-end.ts'
import { SpooledDevice } from '../test/channel/spooled-device.ts'
import { LineMaker } from './lines.ts'

export type LightDevices = AsyncDisposable & {
  /** Each device gives a block of a few events a second. */
  flow(seconds: number): Promise<void>
  /** Everything given is acknowledged. */
  drained(): boolean
  /** Events given so far. */
  given(): number
}

type Light = { readonly spool: SpooledDevice; readonly stream: StreamFixture; readonly end: ConnectorEnd }

/** At once: each is a key, a request for a certificate and some synced files, on the machine of the exchange. */
const enrolmentsAtOnce = 4
const eventsPerBlock = 5

/** Enrols and connects `count` devices. @param options.token makes a new token for each */
export async function startLightDevices(options: {
  readonly count: number
  readonly folder: string
  readonly token: () => Promise<string>
}): Promise<LightDevices> {
  const devices: Light[] = []
  let next = 0
  const work = async () => {
    while (next < options.count) {
      const number = next++
      devices.push(await startOne(join(options.folder, `device-${number}`), `light-${number}`, await options.token()))
    }
  }
  await Promise.all(Array.from({ length: enrolmentsAtOnce }, work))
  const lines = new LineMaker(3)
  let given = 0
  return {
    async flow(seconds) {
      for (let second = 0; second < seconds; second++) {
        for (const { spool, stream } of devices) {
          spool.add(stream.stream, [stream.events(Array.from({ length: eventsPerBlock }, () => lines.next()))])
          given += eventsPerBlock
        }
        await systemClock.sleep(1_000)
      }
    },
    drained: () => devices.every(({ spool }) => spool.drained),
    given: () => given,
    async [Symbol.asyncDispose]() {
      await Promise.all(devices.map(({ end }) => end[Symbol.asyncDispose]()))
    },
  }
}

async function startOne(folder: string, name: string, token: string): Promise<Light> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const log = { write: () => undefined }
  const signal = new AbortController().signal
  const { device, exchange } = await enrol({ token, folder, deviceName: name, clock: systemClock, log, signal })
  const [identity] = readIdentities(folder)
  if (identity === undefined) throw new RangeError(`${name} has no identity after it enrolled`)
  const spool = new SpooledDevice()
  const stream = new StreamFixture({ stream: randomBytes(16).toString('hex'), device, at: systemClock.now() })
  spool.add(stream.stream, [stream.open()])
  const end = await startConnectorEnd({
    port: exchange.port,
    ca: readAnchors(folder),
    device,
    pair: identity,
    spool,
    limits: channelLimits,
  })
  return { spool, stream, end }
}
