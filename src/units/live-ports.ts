// What the API is given of a server that runs, and a folder at rest has not: its channels, its readiness, its doctor.
import type { Clock } from '../platform/clock.ts'
import type { ApiPorts } from '../server/api/ports.ts'
import type { ChannelEnd } from '../server/fleet/channel-end.ts'
import type { DeviceListener } from '../server/fleet/device-listener.ts'
import { defaultOrganisation, type Fleet } from '../server/fleet/fleet.ts'
import type { Journal } from '../server/journal/journal.ts'
import { doctorPort } from './doctor-port.ts'
import { openReadiness } from './readiness.ts'

export type LiveSources = {
  readonly journal: Pick<Journal, 'probe'>
  readonly fleet: Fleet
  readonly listener: Pick<DeviceListener, 'listening'>
  readonly channel: ChannelEnd
  readonly clock: Clock
}

/** Composes the ports; nothing is started that would have to be ended. */
export function livePorts(sources: LiveSources): Pick<ApiPorts, 'ready' | 'channels' | 'doctor'> {
  const { journal, fleet, listener, channel, clock } = sources
  const checks = {
    journal: () => journal.probe(),
    state: () => fleet.organisation(defaultOrganisation),
    devices: () => listener.listening,
  }
  return {
    ready: openReadiness(checks, clock),
    channels: () => channel.connected,
    doctor: doctorPort({ fleet, channel, clock }),
  }
}
