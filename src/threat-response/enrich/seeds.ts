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
 * @throws Fault input.large where there are more than `seedsMax`
 */
export function seedsOf(request: InvestigationRequest): Seeds {
  const seeds = 'content' in request ? inspectWithNetworks(request.content) : given(request.observables)
  const count = seeds.observables.length + seeds.networks.length
  if (count > seedsMax) {
    throw new Fault('input.large', {
      what: `The input holds ${count} observables; an investigation takes ${seedsMax}`,
      remedy: 'Investigate it in parts.',
    })
  }
  return seeds
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
