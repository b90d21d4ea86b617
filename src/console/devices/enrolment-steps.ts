// How far a device is that is being connected: what the enrol dialogue waits for, step by step.
import type { DeviceView } from '../../wire/api/fleet.ts'

export type EnrolmentStep = {
  readonly name: string
  readonly done: boolean
  /** What is known of it. */
  readonly says: string
}

export type Enrolment = {
  readonly device: DeviceView | undefined
  readonly steps: readonly EnrolmentStep[]
  /** The first event is here. */
  readonly flowing: boolean
}

/**
 * @param before ids of the devices there were when the token was made
 * @param madeAt when that was, Unix ms
 */
export function enrolment(devices: readonly DeviceView[], before: ReadonlySet<string>, madeAt: number): Enrolment {
  const device = devices.find(({ id, enrolledAt }) => !before.has(id) && enrolledAt >= madeAt - clockSlackMs)
  const events = device?.account.stored ?? 0
  const connected = device !== undefined && (device.states.connected || device.lastSeenAt > 0)
  const flowing = device !== undefined && (events > 0 || device.lastAckAt > 0)
  return {
    device,
    flowing,
    steps: [
      { name: 'Enrolled', done: device !== undefined, says: device ? device.name || device.id : 'waits for the token' },
      { name: 'Connected', done: connected, says: connected ? 'the channel is open' : 'waits for the channel' },
      {
        name: 'First event',
        done: flowing,
        says: flowing
          ? `received${device && events > 0 ? ` ${secondsBetween(device.enrolledAt, device.lastAckAt)} after enrolment` : ''}`
          : 'waits for the sensor to say something',
      },
    ],
  }
}

/** The browser's clock and the exchange's: a little apart is no reason to wait for ever. */
const clockSlackMs = 600_000

function secondsBetween(from: number, to: number): string {
  return `${Math.max(0, (to - from) / 1_000).toFixed(1)} s`
}
