// What an investigation begins with, and how the journal is asked for each of it.
import { type Observable, normalise } from '../../core/observable.ts'
import { Fault } from '../../core/fault.ts'
import type { InvestigationRequest } from '../../wire/api/investigations.ts'
import { inspectWithNetworks } from '../inspect/inspect.ts'

export type Seeds = {
  /** Distinct, in normal form, in the order given. */
  readonly observables: readonly Observable[]
  /** Canonical CIDR; the address of each stands in `observables` where the text gave it. */
  readonly networks: readonly string[]
}

/** @property notAsked of a long text, how many stand behind the first `seedsMax` */
export type SeedsOfText = Seeds & { readonly notAsked: number }

/** A seed as the journal is asked for it. */
export type Seed = {
  /** `type:value`; of a network `ip:10.0.0.0/8`. */
  readonly key: string
  readonly query: string
}

/** A long report holds some hundreds; each costs a question. */
export const seedsMax = 2_000
/** The journal takes queries of 8,192 characters; quoting may double a value. */
const VALUE_MAX = 4_096

/**
 * Of a text the first `seedsMax`, and how many more there are: who pastes a log wants an answer.
 * @throws Fault input.large where a program names more
 */
export function seedsOf(request: InvestigationRequest): SeedsOfText {
  const found = 'content' in request ? inspectWithNetworks(request.content) : given(request.observables)
  const networks = found.networks.slice(0, seedsMax)
  const observables = found.observables.slice(0, seedsMax - networks.length)
  const notAsked = found.observables.length + found.networks.length - observables.length - networks.length
  if (notAsked > 0 && !('content' in request)) {
    throw new Fault('input.large', {
      what: `${request.observables.length} observables are given; an investigation takes ${seedsMax}`,
      remedy: 'Investigate them in parts.',
    })
  }
  return { observables, networks, notAsked }
}

function given(observables: readonly Observable[]): Seeds {
  const distinct = new Map<string, Observable>()
  const networks = new Set<string>()
  for (const observable of observables) {
    const isNetwork = /^ip(?:v6)?$/.test(observable.type) && observable.value.includes('/')
    const read = isNetwork ? inspectWithNetworks(observable.value) : undefined
    for (const network of read?.networks ?? []) networks.add(network)
    // What is none of its type is kept as given and found nowhere: the asker sees that it was understood as text.
    const found = read?.observables[0] ?? normalise(observable.type, observable.value) ?? observable
    distinct.set(seedKey(found), { type: found.type, value: found.value })
  }
  return { observables: [...distinct.values()], networks: [...networks] }
}

/** @returns the id of an observable: in `seen`, and of its node. */
export function seedKey({ type, value }: Observable): string {
  return `${type}:${value}`
}

/** @returns the id of a network, beside those of observables. */
export function networkKey(network: string): string {
  return `${network.includes(':') ? 'ipv6' : 'ip'}:${network}`
}

/** The questions to ask; what no event can hold is left out. */
export function questionsOf(seeds: Seeds): readonly Seed[] {
  return [
    ...seeds.observables.flatMap((observable) => {
      const askable = observable.value.length <= VALUE_MAX && normalise(observable.type, observable.value) !== undefined
      return askable ? [{ key: seedKey(observable), query: term(observable.type, observable.value) }] : []
    }),
    ...seeds.networks.map((network) => ({ key: networkKey(network), query: term('ip', network) })),
  ]
}

/** @returns a word of the query language that holds for exactly this value, quoted (docs/query.md). */
export function term(field: string, value: string): string {
  return `${field}:"${value.replace(/[\\"]/g, '\\$&')}"`
}
