// The doctor of a bundle: reads the file, and asks what it holds instead of a machine.
import type { BundledRequest } from '../cli/ports.ts'
import { bundledDevice, examineBundle, unpackBundle } from '../doctor/bundle.ts'
import { systemClock } from '../platform/clock.ts'
import type { DoctorReport } from '../wire/doctor.ts'

/** @throws Fault input.malformed */
export async function doctorOf({ bytes, device, only, signal }: BundledRequest): Promise<DoctorReport | undefined> {
  const bundle = unpackBundle(bytes)
  if (device !== undefined && device !== bundle.device.subject.device) return bundledDevice(bundle, device)
  return await examineBundle(bundle, { only, clock: systemClock, signal })
}
