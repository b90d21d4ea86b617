// The registration as the connector holds it: context, anchors, identities from the folder, and what the exchange says
// of its roles, asked every `registration_interval` seconds (original-system A9, B8 row 1).
import { Fault } from '../../core/fault.ts'
import { type ClientRecord, clientsPath, readClientRecord, type RoleUrls } from '../../wire/registration/clients.ts'
import type { Registration } from './channel.ts'
import type { ConnectorLog } from './connector-log.ts'
import { type Context, readAnchors } from './contexts.ts'
import { hostHeader } from './est-client.ts'
import { answerFault, exchangeHttp } from './http-exchange.ts'
import { dropBefore, identityMark, readIdentities } from './identity.ts'
import { openKeptContext } from './kept-context.ts'
import type { KeptProperties } from './kept-properties.ts'
import { networkFault } from './network-fault.ts'
import { exchangeOf, type Properties } from './properties.ts'
import { reachAny, type Target, type Trust } from './reach.ts'

/** Asks the exchange for this device's record. @throws Fault of the network, as the exchange says, http.unexpected */
export async function fetchRegistration(target: Target, trust: Trust, signal: AbortSignal): Promise<ClientRecord> {
  const socket = await reachAny(target, trust, signal)
  const answer = await exchangeHttp(socket, { method: 'GET', host: hostHeader(target), path: clientsPath }, signal)
  if (answer.status !== 200) throw answerFault(answer, target.host)
  let value: unknown
  try {
    value = JSON.parse(answer.body)
  } catch {
    value = undefined
  }
  const record = readClientRecord(value)
  if (record === undefined) throw new Fault('http.unexpected', { what: `${target.host} sent no client record` })
  return record
}

export type OpenRegistration = Registration & {
  /** Undefined where the device is not enrolled. */
  readonly context: Context | undefined
}

/**
 * @param folder the device's folder
 */
export function openRegistration(folder: string, properties: KeptProperties, log: ConnectorLog): OpenRegistration {
  const kept = openKeptContext(folder, log)
  let said = ''
  const say = (text: string) => {
    if (text !== said) log.write(text === 'ok' ? 'info' : 'error', 'registration:refresh', text)
    said = text
  }
  return {
    get context() {
      return kept.current
    },
    get device() {
      return kept.current?.clientId
    },
    target: () => channelTarget(kept.current, properties.said()),
    anchors: () => readAnchors(folder),
    identities: () => readIdentities(folder),
    mark: () => identityMark(folder),
    get journal() {
      return kept.current?.journal
    },
    get lastAddress() {
      return movedTo(kept.current, properties.said()) === undefined ? kept.current?.lastAddress : undefined
    },
    journalSeen(journal) {
      if (kept.current?.journal !== journal) kept.change({ journal })
    },
    reached(address) {
      if (kept.current?.lastAddress !== address) kept.change({ lastAddress: address })
    },
    accepted: ({ generation }) => kept.attempt(() => dropBefore(folder, generation)),
    async refresh(signal) {
      const now = properties.current()
      const said = properties.said()?.connectorFqdn
      if (said === undefined || now === undefined || kept.current === undefined) return
      const target = exchangeOf(now)
      try {
        const roles = await rolesNow(folder, target, signal)
        const rolesFrom = hostHeader(said)
        const same =
          rolesFrom === kept.current?.rolesFrom && JSON.stringify(roles) === JSON.stringify(kept.current.roles)
        if (roles !== undefined && !same) kept.change({ roles, rolesFrom })
        say('ok')
      } catch (error) {
        if (!signal.aborted) say(networkFault(error, target.host).code)
      }
    },
  }
}

async function rolesNow(folder: string, target: Target, signal: AbortSignal): Promise<RoleUrls | undefined> {
  const [identity] = readIdentities(folder)
  if (identity === undefined) return undefined
  const { certificate, key } = identity
  const trust = { kind: 'anchors', ca: readAnchors(folder), certificate, key } as const
  return (await fetchRegistration(target, trust, signal)).roles
}

function proxyOf(properties: Properties | undefined): Pick<Target, 'proxy'> {
  return properties?.proxy === undefined ? {} : { proxy: properties.proxy }
}

/**
 * Where the channel goes: to the ingest role, as it was learned at `connector_fqdn`. Where that names another exchange
 * by now, what the one before said does not count: the channel goes there, until it says where its roles are.
 * @throws Fault context.missing
 */
export function channelTarget(context: Context | undefined, properties: Properties | undefined): Target {
  if (context === undefined) throw new Fault('context.missing', { what: 'There is no context' })
  const moved = movedTo(context, properties)
  if (moved !== undefined) return { ...moved, ...proxyOf(properties) }
  const url = new URL(context.roles.ingest)
  const port = url.port === '' ? 443 : Number(url.port)
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port, ...proxyOf(properties) }
}

/** @returns where `connector_fqdn` leads, if that is elsewhere than where the roles were learned */
function movedTo(context: Context | undefined, properties: Properties | undefined): Target | undefined {
  const said = properties?.connectorFqdn
  const rolesFrom = context?.rolesFrom
  return said !== undefined && rolesFrom !== undefined && hostHeader(said) !== rolesFrom ? said : undefined
}
