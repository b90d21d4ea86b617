// Renewal of the certificate without a restart: new key, `simplereenroll` over mutual TLS, kept beside the old one, in
// use from the next channel (security 3.1). An expired certificate asks too: the exchange knows its grace.
import { Fault } from '../../core/fault.ts'
import type { Clock } from '../../platform/clock.ts'
import { renewAt } from '../../platform/renew-at.ts'
import type { ConnectorLog } from './connector-log.ts'
import { enrolKey } from './est-client.ts'
import { type Identity, pendingKey, writeCertificate } from './identity.ts'
import { networkFault } from './network-fault.ts'
import type { Target } from './reach.ts'

export type RenewalOptions = {
  readonly folder: string
  readonly clock: Clock
  readonly log: ConnectorLog
  /** What is known of the registration at the time; undefined = not enrolled. */
  readonly registration: () => RenewalContext | undefined
  /** When an identity is to be renewed, Unix ms. */
  readonly dueAt?: (identity: Identity) => number
  readonly renewed: (identity: Identity) => void
}

export type RenewalContext = {
  readonly identity: Identity
  readonly target: Target
  readonly organisation: string
  readonly device: string
  /** PEM. */
  readonly anchors: string
}

const retryFirstMs = 60_000
const retryMaxMs = 3_600_000
/** The clock may jump, so the due time is looked at anew so often; also when a device is enrolled meanwhile. */
const lookEveryMs = 30_000

/** Renews whenever it is due; disposing ends the waiting. */
export function startRenewal(options: RenewalOptions): AsyncDisposable {
  const stop = new AbortController()
  const running = keepRenewed(options, stop.signal)
  return {
    async [Symbol.asyncDispose]() {
      stop.abort()
      await running
    },
  }
}

/**
 * One renewal.
 * @returns the new identity, complete on disk
 * @throws Fault of the network, as the exchange says, enrolment.pending
 */
export async function renewOnce(folder: string, context: RenewalContext, signal: AbortSignal): Promise<Identity> {
  const { identity, target, anchors, device } = context
  const pending = pendingKey(folder)
  const trust = { kind: 'anchors', ca: anchors, certificate: identity.certificate, key: identity.key } as const
  const answer = await enrolKey({ target, trust }, { key: pending.key, name: device }, signal)
  if (answer.kind === 'pending') throw new Fault('enrolment.pending', { what: 'The renewal waits for approval' })
  const { certificate } = answer
  writeCertificate(folder, pending.generation, certificate.toString())
  return {
    generation: pending.generation,
    key: pending.key,
    certificate: certificate.toString(),
    serial: certificate.serialNumber.toLowerCase(),
    notBefore: certificate.validFromDate.getTime(),
    notAfter: certificate.validToDate.getTime(),
  }
}

async function keepRenewed(options: RenewalOptions, signal: AbortSignal): Promise<void> {
  const { folder, clock, log, registration, dueAt = renewAt, renewed } = options
  let retryMs = retryFirstMs
  const lookUp = lookerUp(registration, log)
  while (!signal.aborted) {
    const context = lookUp()
    const waitMs = context === undefined ? lookEveryMs : dueAt(context.identity) - clock.now()
    if (context === undefined || waitMs > 0) {
      await clock.sleep(Math.min(waitMs, lookEveryMs), signal)
      continue
    }
    try {
      const identity = await renewOnce(folder, context, signal)
      log.write('info', 'est:renew', `renewed until ${new Date(identity.notAfter).toISOString()}`)
      retryMs = retryFirstMs
      renewed(identity)
    } catch (error) {
      if (signal.aborted) return
      const days = Math.floor((context.identity.notAfter - clock.now()) / 86_400_000)
      const { code } = networkFault(error, context.target.host)
      log.write('error', 'est:renew', `${code}; ${days} days left, next attempt in ${retryMs / 1000} s`)
      await clock.sleep(retryMs, signal)
      retryMs = Math.min(retryMs * 2, retryMaxMs)
    }
  }
}

/** What cannot be read (a loose key, say) is told once. */
function lookerUp(registration: () => RenewalContext | undefined, log: ConnectorLog): () => RenewalContext | undefined {
  let said = ''
  return () => {
    try {
      return registration()
    } catch (error) {
      const text = error instanceof Fault ? `${error.code}: ${error.what}` : String(error)
      if (text !== said) log.write('error', 'est:renew', text)
      said = text
      return undefined
    }
  }
}
