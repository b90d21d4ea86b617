// `sallyport doctor --bundle` and `--from`: what support needs, in one file without secrets and events; and what the
// doctor says of such a file.
import { readFile, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Fault } from '../core/fault.ts'
import type { DeviceList } from '../wire/api/fleet.ts'
import type { Ledger } from '../wire/api/ledger.ts'
import type { DoctorReport } from '../wire/doctor.ts'
import { ownerKeyFile } from '../wire/endpoint.ts'
import { type Client, openClient } from './client.ts'
import { type OutputFormat, print } from './output.ts'
import type { BundleRequest } from './ports.ts'
import type { Session } from './session.ts'
import { quoted } from '../platform/shell-word.ts'
import { suggest } from './suggest.ts'
import { printable, say } from './terminal.ts'

/** A fleet's rows beyond these are of no use to who reads them. */
const rowsMax = 1_000
const fileBytesMax = 32 * 1024 * 1024

/** Writes a file that is not there yet. @param device one of the exchange's, to be asked and told of alone */
export async function writeBundle(
  session: Session,
  file: string,
  {
    data,
    output,
    device,
  }: { readonly data: string; readonly output: OutputFormat; readonly device: string | undefined },
): Promise<0> {
  const { ports, terminal, signal } = session
  const exchange = await saidByExchange(session, data, device)
  const { bytes, parts } = await ports.device.bundle({ data, exchange, signal })
  try {
    await writeFile(file, bytes, { flag: 'wx', mode: 0o600 })
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new Fault('output.unwritable', {
      what: `${file} cannot be written: ${why}`,
      remedy: 'Name a file that is not there yet, in a folder that you may write.',
      cause,
    })
  }
  await print(terminal, output, {
    document: { v: 1, file, bytes: bytes.length, parts },
    rows: parts,
    table: {
      columns: [{ title: 'PART' }, { title: 'BYTES', right: true }, { title: 'WHAT' }],
      rows: parts.map((part) => [printable(part.name), String(part.bytes), printable(part.what)]),
    },
  })
  say(terminal, `${printable(file)}: ${bytes.length} bytes, without keys, tokens, passwords and events`)
  await suggest(session, { output }, [`doctor --from ${quoted(file)}`, 'looks at it; zcat shows it'])
  return 0
}

/** @throws Fault input.unreadable, input.malformed, device.unknown */
export async function readBundle(
  { ports, signal }: Session,
  file: string,
  { device, only }: { readonly device: string | undefined; readonly only: readonly string[] },
): Promise<DoctorReport> {
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new Fault('input.unreadable', { what: `${file} cannot be read`, cause })
  })
  if (bytes.length > fileBytesMax) throw new Fault('input.large', { what: `${file} is no bundle: it is far too large` })
  const report = await ports.device.doctorOf({ bytes, device, only, signal })
  if (report === undefined) throw new Fault('device.unknown', { what: `${file} holds nothing of a device "${device}"` })
  return report
}

async function saidByExchange(
  session: Session,
  data: string,
  device: string | undefined,
): Promise<BundleRequest['exchange']> {
  if (device === undefined && !existsSync(join(data, ownerKeyFile))) return { unmeasured: 'no exchange in this folder' }
  try {
    await using client = await openClient(session, data, device === undefined ? 'folder' : 'server')
    const { devices } = await client.get<DeviceList>('devices')
    if (device !== undefined && !devices.some(({ id }) => id === device))
      throw new Fault('device.unknown', { what: `There is no device "${device}" here` })
    const ledger = await client.get<Ledger>('ledger')
    const isOf = (id: string) => device === undefined || id === device
    return {
      console: client.console ?? 'at rest',
      status: await client.get('status'),
      devices: { v: 1, devices: devices.filter(({ id }) => isOf(id)).slice(0, rowsMax) },
      ledger: { ...ledger, rows: ledger.rows.filter((row) => isOf(row.device)).slice(0, rowsMax) },
      ...(device === undefined ? {} : { report: await askDevice(client, device) }),
    }
  } catch (error) {
    if (device !== undefined || !(error instanceof Fault)) throw error
    return { unmeasured: `${error.code}: ${error.what}` }
  }
}

/** Has a device look, over its channel; else the exchange says what it knows. */
export async function askDevice(client: Pick<Client, 'post'>, device: string): Promise<DoctorReport> {
  // The exchange waits 20 s for the device.
  return await client.post<DoctorReport>(`devices/${encodeURIComponent(device)}/doctor`, undefined, {}, 45_000)
}
