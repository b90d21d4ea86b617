// The registration as the connector holds it: context, anchors, identities from the folder, and what the exchange says
// of its roles, asked every `registration_interval` seconds (original-system A9, B8 row 1).
import { Fault } from '../../core/fault.ts'
import { type ClientRecord, clientsPath, readClientRecord } from '../../wire/registration/clients.ts'
import type { Registration } from './channel.ts'
import type { ConnectorLog } from './connector-log.ts'
import { type Context, readAnchors, readContext, writeContext } from './contexts.ts'
import { hostHeader } from './est-client.ts'
import { answerFault, exchangeHttp } from './http-exchange.ts'
import { dropBefore, identityMark, readIdentities } from './identity.ts'
import { networkFault } from './network-fault.ts'
import type { Properties } from './properties.ts'
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
 * @param folder the device's folder; read anew when its identity changes
 * @param properties those in force; undefined = there are none yet
 */
export function openRegistration(
  folder: string,
  properties: () => Properties | undefined,
  log: ConnectorLog,
): OpenRegistration {
  let mark = ''
  let context: Context | undefined
  let said = ''
  let unusable = ''
  const current = (): Context | undefined => {
    const now = identityMark(folder)
    if (now !== mark || context === undefined) {
      mark = now
      context = now === '' ? undefined : usable()
    }
    return context
  }
  /** A context that cannot be used is as good as none; it is said once, and enrolment mends it. */
  const usable = (): Context | undefined => {
    try {
      return readContext(folder)
    } catch (error) {
      const text = error instanceof Fault ? `${error.code}: ${error.what}` : String(error)
      if (text !== unusable) log.write('error', 'context:activate', text)
      unusable = text
      return undefined
    }
  }
  const keep = (change: Partial<Context>) => {
    // From the disk, not from memory: an enrolment may have written another one meanwhile.
    const now = usable()
    if (now === undefined) return
    context = { ...now, ...change }
    const kept = context
    attempt(() => writeContext(folder, kept))
  }
  /** What cannot be written now is known in memory and written at the next change; the channel goes on. */
  const attempt = (write: () => void) => {
    try {
      write()
    } catch (error) {
      log.write('error', 'context:activate', String(error))
    }
  }
  const say = (text: string) => {
    if (text !== said) log.write(text === 'ok' ? 'info' : 'error', 'registration:refresh', text)
    said = text
  }
  return {
    get context() {
      return current()
    },
    get device() {
      return current()?.clientId
    },
    target: () => ingestOf(current()),
    anchors: () => readAnchors(folder),
    identities: () => readIdentities(folder),
    mark: () => identityMark(folder),
    get journal() {
      return current()?.journal
    },
    get lastAddress() {
      return current()?.lastAddress
    },
    journalSeen(journal) {
      if (current()?.journal !== journal) keep({ journal })
    },
    reached(address) {
      if (current()?.lastAddress !== address) keep({ lastAddress: address })
    },
    accepted: (identity) => attempt(() => dropBefore(folder, identity.generation)),
    async refresh(signal) {
      const target = properties()?.connectorFqdn
      const before = current()
      if (target === undefined || before === undefined) return
      try {
        const [identity] = readIdentities(folder)
        if (identity === undefined) return
        const { certificate, key } = identity
        const record = await fetchRegistration(
          target,
          { kind: 'anchors', ca: readAnchors(folder), certificate, key },
          signal,
        )
        if (JSON.stringify(record.roles) !== JSON.stringify(before.roles)) keep({ roles: record.roles })
        say('ok')
      } catch (error) {
        if (!signal.aborted) say(networkFault(error, target.host).code)
      }
    },
  }
}

function ingestOf(context: Context | undefined): Target {
  if (context === undefined) throw new Fault('context.missing', { what: 'There is no context' })
  const url = new URL(context.roles.ingest)
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: url.port === '' ? 443 : Number(url.port) }
}
