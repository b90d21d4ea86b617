// Nodes and edges of what the events say: observables, signatures, devices. Relations of observables keep the sensor's
// meaning (threat-response-contract 4.7); our own edges are `matched`, `reported by`, `seen by`, `seen with`.
import ipaddr from 'ipaddr.js'
import type { Severity } from '../../core/event.ts'
import type { Observable } from '../../core/observable.ts'
import type { GraphEdge, GraphNode, Provenance } from '../../wire/api/investigations.ts'
import type { Sighted } from '../enrich/gather-events.ts'
import { worstSeverity } from '../enrich/worst-severity.ts'
import { networkKey, type Seeds, seedKey } from '../enrich/seeds.ts'

/** The instance that the graph comes from. */
export type ModuleName = Pick<Provenance, 'module' | 'name'>

export type Graph = { readonly nodes: readonly GraphNode[]; readonly edges: readonly GraphEdge[] }

/**
 * @param seen how many events hold each seed, by key: also those that were not read
 * @returns everything, each node and edge once with the number of events that give it; in order of first appearance
 */
export function buildGraph(
  seeds: Seeds,
  events: readonly Sighted[],
  { seen, module }: { readonly seen: Readonly<Record<string, number>>; readonly module: ModuleName },
): Graph {
  const draft = new Draft(seeds, module)
  for (const sighted of events) draft.add(sighted)
  draft.joinSeeds(seeds)
  for (const [key, count] of Object.entries(seen)) {
    const node = draft.nodes.get(key)
    if (node !== undefined) node.count = count
  }
  return { nodes: [...draft.nodes.values()], edges: [...draft.edges.values()] }
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** The graph while it grows. */
class Draft {
  readonly nodes = new Map<string, Writable<GraphNode>>()
  readonly edges = new Map<string, Writable<GraphEdge>>()
  readonly #seedKeys: ReadonlySet<string>

  readonly #module: ModuleName
  /** The device whose event is being added. */
  #source: string

  constructor(seeds: Seeds, module: ModuleName) {
    this.#module = module
    this.#source = module.name
    const keys = seeds.observables.map(seedKey)
    this.#seedKeys = new Set([...keys, ...seeds.networks.map(networkKey)])
    for (const observable of seeds.observables) this.#node(observableNode(observable, true))
    for (const network of seeds.networks)
      this.#node({ ...emptyNode, id: networkKey(network), type: 'network', label: network, seed: true })
  }

  add({ event, body }: Sighted): void {
    this.#source = event.device
    const device = this.#touch(
      { ...emptyNode, id: `device:${event.device}`, kind: 'device', type: 'device', label: event.device },
      body.severity,
    )
    const held = body.observables.map((observable) => this.#touch(observableNode(observable, false), body.severity))
    const related = new Set<string>()
    for (const { source, relation, related: target } of body.relations) {
      const [from, to] = [seedKey(source), seedKey(target)]
      if (!this.nodes.has(from)) this.#touch(observableNode(source, false), body.severity)
      if (!this.nodes.has(to)) this.#touch(observableNode(target, false), body.severity)
      related.add(from).add(to)
      this.#edge(from, to, relation)
    }
    const seeds = held.filter((key) => this.#seedKeys.has(key))
    if (body.signature === undefined) this.#addPlain(device, held, seeds, related)
    else {
      const { id, name } = body.signature
      const signature = this.#touch(
        { ...emptyNode, id: `signature:${body.sensor}:${id}`, kind: 'signature', type: body.sensor, label: name || id },
        body.severity,
      )
      this.#edge(signature, device, 'reported by')
      // What a relation ties to a seed needs no second line to the signature.
      for (const key of held) if (seeds.includes(key) || !related.has(key)) this.#edge(key, signature, 'matched')
    }
  }

  /** An event without signature: its seeds were seen by the device, with whatever no relation ties. */
  #addPlain(device: string, held: readonly string[], seeds: readonly string[], related: ReadonlySet<string>): void {
    for (const seed of seeds.length > 0 ? seeds : held.slice(0, 1)) {
      this.#edge(seed, device, 'seen by')
      for (const key of held) if (key !== seed && !related.has(key)) this.#edge(seed, key, 'seen with')
    }
  }

  /** A domain asked for brings names under it, a network its addresses: say how they belong together. */
  joinSeeds(seeds: Seeds): void {
    this.#source = this.#module.name
    const networks = seeds.networks.map((network) => ({ key: networkKey(network), range: ipaddr.parseCIDR(network) }))
    for (const node of this.nodes.values()) {
      if (node.type === 'domain') {
        for (let dot = node.label.indexOf('.'); dot >= 0; dot = node.label.indexOf('.', dot + 1)) {
          const parent = `domain:${node.label.slice(dot + 1)}`
          if (this.#seedKeys.has(parent)) this.#belongs(parent, node, 'Supra-domain_Of')
        }
      } else if ((node.type === 'ip' || node.type === 'ipv6') && ipaddr.isValid(node.label)) {
        const address = ipaddr.parse(node.label)
        for (const { key: network, range } of networks)
          if (range[0].kind() === address.kind() && address.match(range)) this.#belongs(network, node, 'Contains')
      }
    }
  }

  /** What was asked for as a whole is as bad as the worst within. */
  #belongs(seed: string, node: GraphNode, relation: string): void {
    if (seed === node.id) return
    this.#edge(seed, node.id, relation)
    const whole = this.nodes.get(seed)
    if (whole !== undefined) whole.severity = worstSeverity(whole.severity, node.severity)
  }

  #node(node: GraphNode): Writable<GraphNode> {
    const known = this.nodes.get(node.id)
    if (known !== undefined) return known
    const made = { ...node }
    this.nodes.set(node.id, made)
    return made
  }

  /** Counts one event for the node. @returns its id */
  #touch(node: GraphNode, severity: Severity): string {
    const known = this.#node(node)
    known.count++
    known.severity = worstSeverity(known.severity, severity)
    known.sources = withSource(known.sources, this.#provenance())
    return known.id
  }

  #edge(source: string, target: string, relation: string): void {
    if (source === target) return
    const id = JSON.stringify([source, relation, target])
    const known = this.edges.get(id)
    if (known === undefined)
      this.edges.set(id, { id, source, target, relation, count: 1, sources: [this.#provenance()] })
    else {
      known.count++
      known.sources = withSource(known.sources, this.#provenance())
    }
  }

  #provenance(): Provenance {
    return { ...this.#module, source: this.#source }
  }
}

/** Who else says the same: enough to see it, the rest is one step away. */
const sourcesMax = 20

/** @returns the sources with one more, each once */
export function withSource(sources: readonly Provenance[], more: Provenance): readonly Provenance[] {
  const known = sources.some(({ module, source }) => module === more.module && source === more.source)
  return known || sources.length >= sourcesMax ? sources : [...sources, more]
}

export const emptyNode: Omit<GraphNode, 'id' | 'label' | 'type'> = {
  kind: 'observable',
  seed: false,
  severity: 'unknown',
  count: 0,
  disposition: null,
  sources: [],
}

function observableNode(observable: Observable, seed: boolean): GraphNode {
  return { ...emptyNode, id: seedKey(observable), type: observable.type, label: observable.value, seed }
}
