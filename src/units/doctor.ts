// The doctor's patient, read from the folder of a device: what each part wrote there, and why something cannot be read.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { DoctorRequest } from '../cli/ports.ts'
import { Fault } from '../core/fault.ts'
import { type Context, readAnchors, readContext } from '../device/connector/contexts.ts'
import { readFailedEnrolment } from '../device/connector/failed-enrolment.ts'
import { readIdentities } from '../device/connector/identity.ts'
import { type Properties, propertiesFile, readProperties } from '../device/connector/properties.ts'
import { channelTarget } from '../device/connector/registration.ts'
import { readConfiguration } from '../device/event-handler/configuration.ts'
import { inputOf } from '../device/event-handler/source-config.ts'
import { examine } from '../doctor/engine.ts'
import { isMeasured, type Subject, type Trust, type Unmeasured } from '../doctor/subject.ts'
import { formatAddress } from '../platform/address.ts'
import { type Clock, systemClock } from '../platform/clock.ts'
import { quoted } from '../platform/shell-word.ts'
import { askLine } from '../platform/line-socket.ts'
import { type ConnectorEndpoint, connectorEndpointFile, readConnectorEndpoint } from '../wire/local/endpoint.ts'
import { localSocketName } from '../wire/local/messages.ts'
import type { DoctorReport } from '../wire/doctor.ts'
import { splitAddress } from '../wire/registration/token.ts'
import { supervisorSocketFile } from '../wire/services/messages.ts'
import { readServicesAnswer } from '../wire/services/read.ts'
import type { Status } from '../wire/status.ts'
import { dataFolder, defaultDataFolder, type DeviceFolder } from './data-folder.ts'
import { program } from './program.ts'

export type Examination = {
  /** What the connector says of itself, where it asks; else its local API is asked. */
  readonly status?: Status
  /** Ids of checks; by default all. */
  readonly only?: readonly string[]
  readonly clock: Clock
  readonly signal: AbortSignal
}

const answerWithinMs = 2_000

/** Looks from this machine for what is in the way of the device's events. @throws Fault input.malformed */
export async function examineDevice(folder: DeviceFolder, examination: Examination): Promise<DoctorReport> {
  return await examine(await subjectOf(folder, examination), examination)
}

/** The same for a data folder, as the command line asks. */
export async function examineHere({ data, only, signal }: DoctorRequest): Promise<DoctorReport> {
  return await examineDevice(dataFolder(data).device, { only, clock: systemClock, signal })
}

async function subjectOf(folder: DeviceFolder, { status, signal }: Examination): Promise<Subject> {
  const data = dirname(folder.root)
  const endpoint = endpointOf(folder)
  const context = attempt(() => readContext(folder.root))
  const properties = attempt(() => said(folder, endpoint))
  const registered = isMeasured(context) ? context : undefined
  const noted = registered === undefined ? readFailedEnrolment(folder.root) : undefined
  const [services, told] = await Promise.all([
    askServices(join(data, supervisorSocketFile), signal),
    status ?? askStatus(endpoint, signal),
  ])
  const exchange = attempt(() => {
    const [address] = noted?.addresses ?? []
    if (address !== undefined) return splitAddress(address)
    if (registered === undefined)
      throw new Fault('context.missing', { what: 'no exchange is known: it is not enrolled' })
    return channelTarget(registered, isMeasured(properties) ? properties : undefined)
  })
  return {
    device: registered?.clientId ?? '',
    program,
    enrolled: registered !== undefined,
    failedEnrolment: noted,
    status: told,
    services,
    socket: join(folder.socketFolder, localSocketName),
    sources: attempt(() =>
      readConfiguration(folder.configuration).sources.map((source) => ({
        name: source.name,
        input: inputOf(source),
        waits: source.kind === undefined || source.kind === 'file',
      })),
    ),
    exchange,
    proxy: proxyIn(isMeasured(properties) ? properties : undefined, endpoint),
    exchangeFile: join(folder.root, propertiesFile),
    exchangeBefore: addressBefore(registered, properties, endpoint),
    trust: noted === undefined ? trustOf(folder) : { kind: 'pins', pins: noted.pins },
    typed: (command) => typedFor(data, command),
  }
}

/** An exchange of the same process tree is reached without a proxy; a variable wins over the file. */
function proxyIn(properties: Properties | undefined, endpoint: ConnectorEndpoint | undefined): string | undefined {
  if (endpoint !== undefined) return endpoint.proxy === '' ? undefined : endpoint.proxy
  return properties?.proxy && formatAddress(properties.proxy)
}

/** Where the file says another address than that at which the exchange was found; a variable is mended elsewhere. */
function addressBefore(
  context: Context | undefined,
  properties: Properties | undefined | Unmeasured,
  endpoint: ConnectorEndpoint | undefined,
): string | undefined {
  if (context?.rolesFrom === undefined || !isMeasured(properties) || properties === undefined) return undefined
  const now = formatAddress(properties.connectorFqdn)
  return now === context.rolesFrom || (endpoint?.exchange ?? '') !== '' ? undefined : context.rolesFrom
}

function said(folder: DeviceFolder, endpoint: ConnectorEndpoint | undefined): Properties | undefined {
  const read = readProperties(join(folder.root, propertiesFile))
  const over =
    endpoint === undefined || endpoint.exchange === '' ? {} : { connectorFqdn: splitAddress(endpoint.exchange) }
  return read && { ...read, ...over }
}

function trustOf(folder: DeviceFolder): Trust | Unmeasured {
  const ca = attempt(() => readAnchors(folder.root))
  if (!isMeasured(ca)) return ca
  const identity = attempt(() => {
    const [newest] = readIdentities(folder.root)
    if (newest === undefined) throw new Fault('identity.missing', { what: 'no key with its certificate can be read' })
    return newest
  })
  return { kind: 'anchors', ca, identity }
}

function endpointOf(folder: DeviceFolder): ConnectorEndpoint | undefined {
  try {
    return readConnectorEndpoint(readFileSync(join(folder.root, connectorEndpointFile), 'utf8'))
  } catch {
    return undefined
  }
}

async function askStatus(endpoint: ConnectorEndpoint | undefined, signal: AbortSignal): Promise<Status | Unmeasured> {
  if (endpoint === undefined) return { unmeasured: 'the connector does not run' }
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)])
    const answer = await fetch(`http://${endpoint.local}/v1/contexts/default/status`, { signal: limit })
    if (answer.ok) return (await answer.json()) as Status
    return { unmeasured: `the connector at ${endpoint.local} answers ${answer.status}` }
  } catch {
    return { unmeasured: `the connector does not answer at ${endpoint.local}` }
  }
}

async function askServices(socket: string, signal: AbortSignal): Promise<Subject['services']> {
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)])
    const answer = readServicesAnswer(await askLine(socket, JSON.stringify({ v: 1, ask: 'status' }), limit))
    return answer?.ok === true ? answer.services : { unmeasured: `what answers at ${socket} is of another version` }
  } catch {
    return { unmeasured: `no supervisor answers at ${socket}` }
  }
}

/** @returns what was read, or why it could not be */
function attempt<T>(read: () => T): T | Unmeasured {
  try {
    return read()
  } catch (error) {
    return { unmeasured: error instanceof Fault ? error.what : String(error) }
  }
}

/** A command ready to paste: with the data folder where it is not the usual one. */
function typedFor(data: string, command: string): string {
  return `sallyport ${command}${data === defaultDataFolder ? '' : ` --data ${quoted(data)}`}`
}
