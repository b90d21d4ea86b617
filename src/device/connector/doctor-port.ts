// The doctor as the connector needs it, in its own words; `units` passes it in. Whoever asks, one examination at a time.
import type { DoctorReport } from '../../wire/doctor.ts'
import type { Status } from '../../wire/status.ts'

/** Looks for what is in the way of events. @param status what the connector says of itself now */
export type ConnectorDoctor = (status: Status) => Promise<DoctorReport>

/** Asks the doctor; who asks while it looks gets the same report. */
export type SharedDoctor = () => Promise<DoctorReport>

export function shareDoctor(doctor: ConnectorDoctor, status: () => Status): SharedDoctor {
  let looking: Promise<DoctorReport> | undefined
  return () => {
    looking ??= doctor(status()).finally(() => {
      looking = undefined
    })
    return looking
  }
}
