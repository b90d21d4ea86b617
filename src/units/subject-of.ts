// The doctor's patient, read from the folder of a device: what each part wrote there, and why something cannot be read.
import { dirname, join } from 'node:path'
import { Fault } from '../core/fault.ts'
import { type Context, readAnchors, readContext } from '../device/connector/contexts.ts'
import { readFailedEnrolment } from '../device/connector/failed-enrolment.ts'
import { identityFolder, readIdentities } from '../device/connector/identity.ts'
import { type Properties, propertiesFile, readProperties } from '../device/connector/properties.ts'
import { channelTarget } from '../device/connector/registration.ts'
import { readConfiguration } from '../device/event-handler/configuration.ts'
import { inputOf } from '../device/event-handler/source-config.ts'
import { isMeasured, type SaidProperties, type Subject, type Trust, type Unmeasured } from '../doctor/subject.ts'
import { formatAddress } from '../platform/address.ts'
import { socketPath } from '../platform/socket-path.ts'
import type { ConnectorEndpoint } from '../wire/local/endpoint.ts'
import { localSocketName } from '../wire/local/messages.ts'
import { splitAddress } from '../wire/registration/token.ts'
import { supervisorSocketFile } from '../wire/services/messages.ts'
import type { Status } from '../wire/status.ts'
import { askServices, askStatus, connectorEndpoint } from './ask-device.ts'
import { defaultDataFolder, type DeviceFolder } from './data-folder.ts'
import { program } from './program.ts'

/** @param status what the connector says of itself, where it asks; else it is asked */
export async function subjectOf(
  folder: DeviceFolder,
  { status, signal }: { readonly status?: Status; readonly signal: AbortSignal },
): Promise<Subject> {
  const data = dirname(folder.root)
  const endpoint = connectorEndpoint(folder.root)
  const context = attempt(() => readContext(folder.root))
  const properties = attempt(() => said(folder, endpoint))
  const registered = isMeasured(context) ? context : undefined
  const noted = isMeasured(context) && context === undefined ? readFailedEnrolment(folder.root) : undefined
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
    damaged: isMeasured(context) ? undefined : { code: 'configuration.invalid', what: context.unmeasured },
    failedEnrolment: noted,
    status: told,
    services,
    socket: socketPath(join(folder.socketFolder, localSocketName)),
    spoolFolder: folder.spool,
    identityFolder: join(folder.root, identityFolder),
    sources: attempt(() =>
      readConfiguration(folder.configuration).sources.map((source) => ({
        name: source.name,
        input: inputOf(source),
        waits: source.kind === undefined || source.kind === 'file',
      })),
    ),
    properties: saidIn(properties, folder.root),
    exchange,
    proxy: proxyIn(isMeasured(properties) ? properties : undefined, endpoint),
    exchangeFile: join(folder.root, propertiesFile),
    exchangeBefore: addressBefore(registered, properties, endpoint),
    trust: noted === undefined ? trustOf(folder) : { kind: 'pins', pins: noted.pins },
    data: data === defaultDataFolder ? '' : data,
  }
}

function saidIn(properties: Properties | undefined | Unmeasured, folder: string): SaidProperties {
  if (properties === undefined) return { kind: 'useless', what: `there is no ${join(folder, propertiesFile)}` }
  if (!isMeasured(properties)) return { kind: 'useless', what: properties.unmeasured }
  return { kind: 'read', inForce: formatAddress(properties.connectorFqdn) }
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

/** @returns what was read, or why it could not be */
function attempt<T>(read: () => T): T | Unmeasured {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof Fault)) return { unmeasured: String(error) }
    return { unmeasured: error.what, code: error.code }
  }
}
