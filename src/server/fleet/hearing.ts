// What devices say of themselves comes far more often than it is read: kept in memory, written every few seconds in
// one transaction. A crash loses seconds of "last seen", nothing else.
import type { Clock } from '../../platform/clock.ts'
import type { Log } from '../../platform/log.ts'
import type { Status } from '../../wire/status.ts'
import type { FleetDb } from './tables.ts'

export type Heard = {
  /** Unix ms, the exchange's clock. */
  readonly seenAt?: number
  readonly ackAt?: number
  readonly status?: Status
}

type Device = { readonly organisation: string; readonly device: string }

export type Hearing = AsyncDisposable & {
  heard(device: Device, heard: Heard): void
  /** @returns what was heard and is perhaps not written yet. */
  latest(device: Device): Heard
}

const writeEveryMs = 5_000
/** Devices in one transaction, so that enrolment and judgement need not wait for ten thousand. */
const batchMax = 200

export function openHearing(options: { readonly db: FleetDb; readonly clock: Clock; readonly log: Log }): Hearing {
  const { db, clock, log } = options
  /** One entry a device that was heard since the last write: bounded by the number of devices. */
  const unwritten = new Map<string, Device & { heard: Heard }>()
  const latest = new Map<string, Heard>()
  const ended = new AbortController()
  const writing = writeNowAndThen()
  return {
    heard(device, heard) {
      const key = `${device.organisation}/${device.device}`
      const whole = { ...latest.get(key), seenAt: clock.now(), ...heard }
      latest.set(key, whole)
      unwritten.set(key, { organisation: device.organisation, device: device.device, heard: whole })
    },
    latest: ({ organisation, device }) => latest.get(`${organisation}/${device}`) ?? {},
    async [Symbol.asyncDispose]() {
      ended.abort()
      await writing
    },
  }

  async function writeNowAndThen(): Promise<void> {
    while (!ended.signal.aborted) {
      await clock.sleep(writeEveryMs, ended.signal)
      const devices = [...unwritten.values()]
      unwritten.clear()
      try {
        for (let at = 0; at < devices.length; at += batchMax) await write(devices.slice(at, at + batchMax))
      } catch (error) {
        log.warn({ err: error, devices: devices.length }, 'cannot note what devices said; the next word replaces it')
      }
    }
  }

  async function write(batch: readonly (Device & { readonly heard: Heard })[]): Promise<void> {
    await db.transaction().execute(async (transaction) => {
      for (const { organisation, device, heard } of batch)
        await transaction
          .updateTable('fleet_device')
          .set({
            last_seen_at: heard.seenAt ?? 0,
            ...(heard.ackAt === undefined ? {} : { last_ack_at: heard.ackAt }),
            ...(heard.status === undefined ? {} : { status: JSON.stringify(heard.status) }),
          })
          .where('organisation', '=', organisation)
          .where('id', '=', device)
          .execute()
    })
  }
}
