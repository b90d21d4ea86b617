// The doctor as the API asks it: of the device where it answers over its channel, else from what is known of it here.
import { absentReport } from '../doctor/absent.ts'
import type { Clock } from '../platform/clock.ts'
import type { Doctor } from '../server/api/ports.ts'
import type { ChannelEnd } from '../server/fleet/channel-end.ts'
import type { Fleet } from '../server/fleet/fleet.ts'
import type { DoctorReport } from '../wire/doctor.ts'
import { program } from './program.ts'

export type DoctorPortSources = {
  readonly fleet: Fleet
  /** Undefined where no device can connect: a folder at rest. */
  readonly channel: Pick<ChannelEnd, 'examine'> | undefined
  readonly clock: Clock
}

/** The newest report of each device is kept while the server runs. */
export function doctorPort({ fleet, channel, clock }: DoctorPortSources): Doctor {
  const reports = new Map<string, DoctorReport>()
  return {
    async examine(organisation, device) {
      const record = await fleet.registry.device({ organisation, device })
      if (record === undefined) return undefined
      const answered = await channel?.examine({ organisation, device })
      const report = answered ?? absentReport(record, program, clock.now())
      reports.set(`${organisation}/${device}`, report)
      return report
    },
    last: (organisation, device) => reports.get(`${organisation}/${device}`),
  }
}
