// The bundle for support: one JSON document, gzipped, of what a device and its exchange say of themselves, without
// secrets and without events. The doctor reads it as it reads a living device.
import { gunzipSync, gzipSync } from 'node:zlib'
import { Fault } from '../core/fault.ts'
import type { DeviceRecord } from '../wire/api/fleet.ts'
import type { DoctorReport } from '../wire/doctor.ts'
import { isDoctorReport } from '../wire/read-doctor.ts'
import { absentReport } from './absent.ts'
import { examine, type ExamineOptions } from './engine.ts'
import { type ProbeRecord, recordedProbe } from './probe-record.ts'
import { type Redact, redacted } from './redact.ts'
import type { Subject, Unmeasured } from './subject.ts'

export type Bundle = {
  readonly v: 1
  readonly kind: 'sallyport/bundle'
  /** When it was made, Unix ms, by the clock of that machine. */
  readonly at: number
  readonly program: string
  readonly machine: Readonly<Record<string, unknown>>
  readonly device: DevicePart
  /** What the API of the exchange of the same data folder says: server, devices, ledger. */
  readonly exchange: Readonly<Record<string, unknown>> | Unmeasured
  /** By path below the data folder. */
  readonly configuration: Readonly<Record<string, string>>
  /** The ends of the logs, by path below the data folder. */
  readonly logs: Readonly<Record<string, string>>
}

/** What the checks looked at, and what they said. */
export type DevicePart = { readonly subject: Subject; readonly probe: ProbeRecord; readonly report: DoctorReport }

/** One part of it, for people to see what they hand over. */
export type BundlePart = { readonly name: string; readonly bytes: number; readonly what: string }

/** A bundle that unpacks to more is none of ours. */
const bytesMax = 64 * 1024 * 1024

/** @returns the file, and what it holds */
export function packBundle(bundle: Bundle, redact: Redact): { bytes: Uint8Array; parts: readonly BundlePart[] } {
  const clean = redacted(bundle, redact)
  return { bytes: gzipSync(JSON.stringify(clean, undefined, 1)), parts: partsOf(bundle) }
}

/** @throws Fault `input.malformed` where it is no bundle of this version */
export function unpackBundle(bytes: Uint8Array): Bundle {
  let value: unknown
  try {
    value = JSON.parse(gunzipSync(bytes, { maxOutputLength: bytesMax }).toString('utf8'))
  } catch (cause) {
    throw new Fault('input.malformed', { what: 'This is no bundle: it cannot be unpacked', remedy, cause })
  }
  if (isBundle(value)) return value
  throw new Fault('input.malformed', { what: 'This is no bundle, or one of another version', remedy })
}

/** Runs the same checks on what the bundle holds, as of when it was made. @throws Fault input.malformed */
export async function examineBundle(bundle: Bundle, options: ExamineOptions): Promise<DoctorReport> {
  const { subject, probe } = bundle.device
  return await examine(subject, { ...options, probe: recordedProbe(probe), at: bundle.at })
}

/** @returns what the exchange knew of one of its devices; undefined where the bundle holds nothing of it */
export function bundledDevice({ exchange, at, program }: Bundle, id: string): DoctorReport | undefined {
  if ('unmeasured' in exchange) return undefined
  const { report, devices } = exchange
  if (isDoctorReport(report) && report.device === id) return report
  const list = isObject(devices) && Array.isArray(devices['devices']) ? devices['devices'] : []
  const record = list.find((one) => isDeviceRecord(one) && one.id === id)
  return isDeviceRecord(record) ? absentReport(record, program, at) : undefined
}

function isDeviceRecord(value: unknown): value is DeviceRecord {
  if (!isObject(value) || typeof value['id'] !== 'string' || typeof value['lastSeenAt'] !== 'number') return false
  const { certificate, states } = value
  return isObject(states) && (certificate === null || isObject(certificate))
}

const remedy = 'Give the file that `sallyport doctor --bundle FILE` wrote.'

function partsOf({ machine, device, exchange, configuration, logs }: Bundle): readonly BundlePart[] {
  const part = (name: string, what: string, value: unknown) => ({ name, what, bytes: JSON.stringify(value).length })
  return [
    part('machine', 'versions, system, names of variables', machine),
    part('device', 'Status, services, heads of the ledger, what doctor saw and said', device),
    part(
      'exchange',
      'unmeasured' in exchange ? String(exchange.unmeasured) : Object.keys(exchange).join(', '),
      exchange,
    ),
    ...Object.entries(configuration).map(([name, text]) => part(name, 'configuration', text)),
    ...Object.entries(logs).map(([name, text]) => part(name, 'the end of the log', text)),
  ]
}

function isBundle(value: unknown): value is Bundle {
  if (!isObject(value) || value['v'] !== 1 || value['kind'] !== 'sallyport/bundle') return false
  const { at, program, device } = value
  if (!Number.isSafeInteger(at) || typeof program !== 'string' || !isObject(device)) return false
  const { subject, probe, report } = device
  // A check that meets something strange in here is told as one that could not be measured.
  return isObject(subject) && typeof subject['device'] === 'string' && isObject(probe) && isDoctorReport(report)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
