// Has the certificate of EventHandler's TLS listeners made: EventHandler leaves a request in a folder, for it holds no
// credential itself; this asks the exchange with the certificate of the device, and leaves the answer beside it.
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Fault } from '../../core/fault.ts'
import type { Clock } from '../../platform/clock.ts'
import { writeDurably } from '../../platform/write-durably.ts'
import {
  listenerFileName,
  listenerFileOf,
  listenerFolder,
  listenerProblemFile,
  type ListenerProblem,
} from '../../wire/local/listener-files.ts'
import type { ChannelStatus } from '../../wire/status.ts'
import type { ConnectorLog } from './connector-log.ts'
import { certifyListener } from './est-client.ts'
import { networkFault } from './network-fault.ts'
import type { RenewalContext } from './renew.ts'

export type ListenerCertificatesOptions = {
  /** The device's folder. */
  readonly folder: string
  readonly clock: Clock
  readonly log: ConnectorLog
  /** What is known of the registration at the time; undefined = not enrolled. */
  readonly registration: () => RenewalContext | undefined
  /** A channel that opens shows that what failed before may work now. */
  readonly channel: () => Pick<ChannelStatus, 'state' | 'since'>
}

const lookEveryMs = 1_000
const retryFirstMs = 5_000
const retryMaxMs = 3_600_000

type Request = { readonly generation: number; readonly csr: string }
type Failure = { readonly generation: number; readonly at: number; readonly waitMs: number }

/** Answers requests for as long as it is not disposed. */
export function startListenerCertificates(options: ListenerCertificatesOptions): AsyncDisposable {
  const stop = new AbortController()
  const running = keepCertified(options, stop.signal)
  return {
    async [Symbol.asyncDispose]() {
      stop.abort()
      await running
    },
  }
}

async function keepCertified(options: ListenerCertificatesOptions, signal: AbortSignal): Promise<void> {
  const { clock } = options
  const folder = join(options.folder, listenerFolder)
  const problems = openProblems(folder, options.log)
  let failure: Failure | undefined
  while (!signal.aborted) {
    const request = openRequest(folder)
    if (request !== undefined && isDue(request, failure, options)) {
      const fault = await answer(folder, request, options, signal)
      if (signal.aborted) return
      failure = fault === undefined ? undefined : failureOf(request, failure, fault, clock.now())
      problems.tell(request, fault)
    }
    await clock.sleep(lookEveryMs, signal)
  }
}

/** @returns why there is no certificate; undefined where there is */
async function answer(
  folder: string,
  { generation, csr }: Request,
  { registration, log }: ListenerCertificatesOptions,
  signal: AbortSignal,
): Promise<Fault | undefined> {
  let host = 'the exchange'
  try {
    const context = registration()
    if (context === undefined) return new Fault('context.missing', { what: 'The device is not enrolled' })
    const { target, anchors, identity } = context
    host = target.host
    const trust = { kind: 'anchors', ca: anchors, certificate: identity.certificate, key: identity.key } as const
    const chain = await certifyListener({ target, trust }, csr, signal)
    const until = chain[0]?.validToDate.toISOString() ?? ''
    keep(join(folder, listenerFileName({ kind: 'certificate', generation })), chain.join(''))
    log.write('info', 'est:listener', `the listener has a certificate until ${until}`)
    return undefined
  } catch (error) {
    return networkFault(error, host)
  }
}

function keep(path: string, text: string): void {
  try {
    writeDurably(path, text)
  } catch (cause) {
    throw new Fault('enrolment.key.unwritable', { what: `${path} cannot be written`, cause })
  }
}

/** A new request is asked for at once, one that failed later and later, or when the channel has opened since. */
function isDue({ generation }: Request, failure: Failure | undefined, options: ListenerCertificatesOptions): boolean {
  if (failure === undefined || failure.generation !== generation) return true
  const { state, since } = options.channel()
  return (state === 'connected' && since > failure.at) || options.clock.now() >= failure.at + failure.waitMs
}

function failureOf({ generation }: Request, before: Failure | undefined, { code }: Fault, at: number): Failure {
  // Enrolment is seen by looking: nobody is asked.
  if (code === 'context.missing') return { generation, at, waitMs: 0 }
  const again = before !== undefined && before.generation === generation && before.waitMs > 0
  return { generation, at, waitMs: again ? Math.min(before.waitMs * 2, retryMaxMs) : retryFirstMs }
}

/** @returns the newest request, unless it is answered */
function openRequest(folder: string): Request | undefined {
  const files = namesIn(folder).flatMap((name) => listenerFileOf(name) ?? [])
  const newest = files.reduce((most, { kind, generation }) => Math.max(most, kind === 'request' ? generation : 0), 0)
  if (newest === 0 || files.some(({ kind, generation }) => kind === 'certificate' && generation === newest))
    return undefined
  const csr = readText(join(folder, listenerFileName({ kind: 'request', generation: newest })))
  return csr === undefined ? undefined : { generation: newest, csr: csr.trim() }
}

/** For EventHandler, which says it of its listener; once, as long as it stays the same. */
function openProblems(folder: string, log: ConnectorLog) {
  const file = join(folder, listenerProblemFile)
  let said = ''
  return {
    tell({ generation }: Request, fault: Fault | undefined) {
      const problem: ListenerProblem | undefined = fault && { v: 1, generation, code: fault.code, what: fault.what }
      const text = problem === undefined ? '' : `${JSON.stringify(problem)}\n`
      if (text === said) return
      said = text
      if (fault === undefined) return rmSync(file, { force: true })
      log.write('error', 'est:listener', `${fault.code}: ${fault.what}`)
      try {
        writeDurably(file, text)
      } catch (error) {
        log.write('error', 'est:listener', `${file} cannot be written: ${String(error)}`)
      }
    },
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    // EventHandler makes the folder when a listener needs a certificate.
    return []
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
