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
 * @param properties those in force; undefined = there are none yet
 */
export function openRegistration(
  folder: string,
  properties: () => Properties | undefined,
  log: ConnectorLog,
): OpenRegistration {
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
    target: () => ({ ...ingestOf(kept.current), ...proxyOf(properties()) }),
    anchors: () => readAnchors(folder),
    identities: () => readIdentities(folder),
    mark: () => identityMark(folder),
    get journal() {
      return kept.current?.journal
    },
    get lastAddress() {
      return kept.current?.lastAddress
    },
    journalSeen(journal) {
      if (kept.current?.journal !== journal) kept.change({ journal })
    },
    reached(address) {
      if (kept.current?.lastAddress !== address) kept.change({ lastAddress: address })
    },
    accepted: ({ generation }) => kept.attempt(() => dropBefore(folder, generation)),
    async refresh(signal) {
      const now = properties()
      if (now === undefined || kept.current === undefined) return
      const target = exchangeOf(now)
      try {
        const roles = await rolesNow(folder, target, signal)
        if (roles !== undefined && JSON.stringify(roles) !== JSON.stringify(kept.current?.roles)) kept.change({ roles })
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

function ingestOf(context: Context | undefined): Target {
  if (context === undefined) throw new Fault('context.missing', { what: 'There is no context' })
  const url = new URL(context.roles.ingest)
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: url.port === '' ? 443 : Number(url.port) }
}
