// The doctor over the folder of a device: as the connector asks it, and as the command line does.
import { readdirSync } from 'node:fs'
import type { DoctorRequest } from '../cli/ports.ts'
import { Fault } from '../core/fault.ts'
import { examine } from '../doctor/engine.ts'
import { type Clock, systemClock } from '../platform/clock.ts'
import type { DoctorReport } from '../wire/doctor.ts'
import type { Status } from '../wire/status.ts'
import { dataFolder, type DeviceFolder } from './data-folder.ts'
import { subjectOf } from './subject-of.ts'

export type Examination = {
  /** What the connector says of itself, where it asks; else its local API is asked. */
  readonly status?: Status
  /** Ids of checks; by default all. */
  readonly only?: readonly string[]
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** Looks from this machine for what is in the way of the device's events. @throws Fault input.malformed */
export async function examineDevice(folder: DeviceFolder, examination: Examination): Promise<DoctorReport> {
  return await examine(await subjectOf(folder, examination), examination)
}

/** The same for a data folder, as the command line asks. @throws Fault input.unreadable, input.malformed */
export async function examineHere({ data, only, signal }: DoctorRequest): Promise<DoctorReport> {
  const { device } = dataFolder(data)
  refuseUnreadable(device.root)
  return await examineDevice(device, { only, clock: systemClock, signal })
}

/** What this user may not read is not broken: nothing could be said of it. @throws Fault input.unreadable */
export function refuseUnreadable(folder: string): void {
  try {
    readdirSync(folder)
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && (cause.code === 'EACCES' || cause.code === 'EPERM'))) return
    throw new Fault('input.unreadable', {
      what: `This user may not read ${folder}`,
      remedy: 'Run doctor as the user of the device, or as root.',
      cause,
    })
  }
}
