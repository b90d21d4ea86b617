// What a probe saw, as plain data for a bundle; and a probe that answers from it, so that the same checks run on it.
import { X509Certificate } from 'node:crypto'
import { type Failure, isFailure } from './failure.ts'
import type { Answered, Probe, Resolved, Tried } from './probe.ts'
import { type ExchangeAddress, isMeasured, type Subject } from './subject.ts'

export type ProbeRecord = {
  readonly target: ExchangeAddress
  readonly resolved: Resolved | Failure
  readonly connected: readonly Tried[]
  /** PEM, leaf first. */
  readonly shown: readonly string[] | Failure
  readonly answered: Answered | Failure
  readonly hasSocket: boolean
  /** Absent where nobody needed to knock. */
  readonly knocked?: string
}

/** No check looks at more of an answer. */
const bodyCharactersMax = 1_024

/** Takes each step that no check has asked for yet. */
export async function recordOf(probe: Probe, { status }: Subject): Promise<ProbeRecord> {
  const attached = isMeasured(status) && status.eventHandler !== undefined
  const [resolved, connected, chain, answered] = await Promise.all([
    probe.resolved(),
    probe.connected(),
    probe.shown(),
    probe.answered(),
  ])
  const hasSocket = probe.hasSocket()
  return {
    target: probe.target,
    resolved,
    connected,
    shown: isFailure(chain) ? chain : chain.map((certificate) => certificate.toString()),
    answered: isFailure(answered) ? answered : { ...answered, body: answered.body.slice(0, bodyCharactersMax) },
    hasSocket,
    ...(attached || !hasSocket ? {} : { knocked: await probe.knocked() }),
  }
}

/** @returns a probe that touches nothing */
export function recordedProbe(record: ProbeRecord): Probe {
  const { target, resolved, connected, shown, answered, hasSocket, knocked = 'not asked' } = record
  return {
    target,
    resolved: async () => resolved,
    connected: async () => connected,
    shown: async () => (isFailure(shown) ? shown : shown.map((pem) => new X509Certificate(pem))),
    answered: async () => answered,
    hasSocket: () => hasSocket,
    knocked: async () => knocked,
  }
}
