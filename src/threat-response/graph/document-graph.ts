// Nodes and edges of what a module's documents say: relations between observables as they are named, sightings and what
// they happened to, indicators and how entities belong together (threat-response-contract 4.7, 4.9).
import type { Severity } from '../../core/event.ts'
import type { GraphEdge, GraphNode, Provenance } from '../../wire/api/investigations.ts'
import { worstSeverity } from '../enrich/worst-severity.ts'
import type { CtimDocument, Documents } from '../modules/module.ts'
import { observableOf, recordOf, text } from '../verdict/read-judgements.ts'
import { emptyNode, type Graph, type ModuleName, withSource } from './build-graph.ts'

/** Kinds whose documents are nodes of their own. */
const entityKinds: Readonly<Record<string, string>> = {
  indicators: 'indicator',
  malwares: 'malware',
  attack_patterns: 'attack-pattern',
  tools: 'tool',
  actors: 'actor',
  campaigns: 'campaign',
  incidents: 'incident',
  vulnerabilities: 'vulnerability',
  weaknesses: 'weakness',
}

/** A sighting of more is cut: each pair of a long list would be an edge. */
const observablesMax = 50

export function documentGraph({ docs }: Documents, module: ModuleName, seedKeys: ReadonlySet<string>): Graph {
  const draft = new DocumentDraft(module, seedKeys)
  for (const kind of ['judgements', 'verdicts']) for (const doc of docs[kind] ?? []) draft.addJudgement(doc)
  for (const doc of docs['sightings'] ?? []) draft.addSighting(doc)
  for (const [kind, type] of Object.entries(entityKinds)) for (const doc of docs[kind] ?? []) draft.addEntity(doc, type)
  for (const doc of docs['relationships'] ?? []) draft.addRelationship(doc)
  return { nodes: [...draft.nodes.values()], edges: [...draft.edges.values()] }
}

class DocumentDraft {
  readonly nodes = new Map<string, GraphNode>()
  readonly edges = new Map<string, GraphEdge>()
  /** Which nodes a document of an id stands for: its observables, or itself. */
  readonly #standsFor = new Map<string, readonly string[]>()
  readonly #module: ModuleName
  readonly #seedKeys: ReadonlySet<string>

  constructor(module: ModuleName, seedKeys: ReadonlySet<string>) {
    this.#module = module
    this.#seedKeys = seedKeys
  }

  addJudgement(doc: CtimDocument): void {
    const key = this.#observable(doc['observable'], 'unknown', this.#from(doc), 0)
    if (key !== undefined) this.#remember(doc, [key])
  }

  addSighting(doc: CtimDocument): void {
    const from = this.#from(doc)
    const severity = severityOf(doc['severity'])
    const count = typeof doc['count'] === 'number' && doc['count'] > 0 ? Math.floor(doc['count']) : 1
    const held = listOf(doc['observables'])
      .slice(0, observablesMax)
      .flatMap((one) => this.#observable(one, severity, from, count) ?? [])
    const related = new Set<string>()
    for (const one of listOf(doc['relations']).slice(0, observablesMax)) {
      const { source, related: target, relation } = recordOf(one)
      const [a, b] = [source, target].map((end) => this.#observable(end, 'unknown', from, 0))
      if (a === undefined || b === undefined) continue
      related.add(a).add(b)
      this.#edge(a, b, { relation: text(relation) || 'related to', from, count })
    }
    const seeds = held.filter((key) => this.#seedKeys.has(key))
    const [hub = held[0]] = seeds
    for (const key of held)
      if (hub !== undefined && key !== hub && !related.has(key))
        this.#edge(hub, key, { relation: 'seen with', from, count })
    for (const target of listOf(doc['targets']).slice(0, observablesMax))
      if (hub !== undefined) this.#target(recordOf(target), hub, from)
    this.#remember(doc, seeds.length > 0 ? seeds : held.slice(0, 1))
  }

  addEntity(doc: CtimDocument, type: string): void {
    const label = text(doc['title']) || text(doc['name']) || text(doc['short_description']) || text(doc['id'])
    if (label === '') return
    const id = `entity:${type}:${text(doc['id']) || label}`
    this.#touch(
      { ...emptyNode, id, kind: 'entity', type, label: label.slice(0, 200) },
      severityOf(doc['severity']),
      this.#from(doc),
      1,
    )
    this.#remember(doc, [id])
  }

  addRelationship(doc: CtimDocument): void {
    const from = this.#from(doc)
    const relation = text(doc['relationship_type']) || 'related to'
    for (const a of this.#standsFor.get(text(doc['source_ref'])) ?? [])
      for (const b of this.#standsFor.get(text(doc['target_ref'])) ?? []) this.#edge(a, b, { relation, from, count: 1 })
  }

  #remember(doc: CtimDocument, nodes: readonly string[]): void {
    const id = text(doc['id'])
    if (id !== '') this.#standsFor.set(id, nodes)
  }

  #from(doc: CtimDocument): Provenance {
    return { ...this.#module, source: text(doc['source']).slice(0, 200) || this.#module.name }
  }

  #target(target: Readonly<Record<string, unknown>>, hub: string, from: Provenance): void {
    const keys = listOf(target['observables']).flatMap((one) => observableOf(one) ?? [])
    const [named] = keys
    if (named === undefined) return
    const id = `target:${named.type}:${named.value}`
    const type = text(target['type']).slice(0, 100) || 'target'
    this.#touch({ ...emptyNode, id, kind: 'target', type, label: named.value.slice(0, 200) }, 'unknown', from, 1)
    this.#edge(hub, id, { relation: 'seen on', from, count: 1 })
  }

  #observable(value: unknown, severity: Severity, from: Provenance, count: number): string | undefined {
    const observable = observableOf(value)
    if (observable === undefined) return undefined
    const { type, value: label } = observable
    const id = `${type}:${label}`
    this.#touch({ ...emptyNode, id, type, label, seed: this.#seedKeys.has(id) }, severity, from, count)
    return id
  }

  #touch(node: GraphNode, severity: Severity, from: Provenance, count: number): void {
    const known = this.nodes.get(node.id) ?? node
    this.nodes.set(node.id, {
      ...known,
      count: known.count + count,
      severity: worstSeverity(known.severity, severity),
      sources: withSource(known.sources, from),
    })
  }

  #edge(
    source: string,
    target: string,
    { relation, from, count }: { readonly relation: string; readonly from: Provenance; readonly count: number },
  ): void {
    if (source === target) return
    const id = JSON.stringify([source, relation, target])
    const known = this.edges.get(id) ?? { id, source, target, relation, count: 0, sources: [] }
    this.edges.set(id, { ...known, count: known.count + count, sources: withSource(known.sources, from) })
  }
}

function severityOf(value: unknown): Severity {
  switch (text(value).toLowerCase()) {
    case 'critical':
    case 'high':
      return 'high'
    case 'medium':
      return 'medium'
    case 'low':
    case 'info':
      return 'low'
    default:
      return 'unknown'
  }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
