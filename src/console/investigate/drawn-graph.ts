// From the graph of an investigation to what is drawn: groups folded, ends of relations moved onto them, never more
// nodes than can be panned (console-and-cli 6). Pure; cytoscape and the table both stand on it.
import type { Severity } from '../../core/event.ts'
import type { GraphEdge, GraphNode, Investigation } from '../../wire/api/investigations.ts'
import { severityRank } from '../parts/severity.ts'
import { groupLookAlikes } from './grouping.ts'

export type DrawnNode = {
  readonly id: string
  readonly type: string
  readonly label: string
  readonly severity: Severity
  readonly seed: boolean
  /** Events. */
  readonly count: number
  /** Relations drawn. */
  readonly degree: number
  /** Ids of the nodes it stands for; one, itself, where it is no group. */
  readonly members: readonly string[]
}

export type DrawnEdge = {
  readonly id: string
  readonly source: string
  readonly target: string
  readonly relation: string
  readonly count: number
}

export type DrawnGraph = {
  readonly nodes: readonly DrawnNode[]
  readonly edges: readonly DrawnEdge[]
  /** Nodes left out of the picture; they stand in the table. */
  readonly omitted: number
}

/** Above it panning falls from 41-48 to 4-5 frames/s without a GPU (console-and-cli 6). */
export const drawnNodesMax = 1_500

/** @param opened ids of groups that were opened in place */
export function drawnGraph(
  { nodes, edges }: Investigation['graph'],
  { grouped, opened }: { readonly grouped: boolean; readonly opened: ReadonlySet<string> },
): DrawnGraph {
  const groups = grouped ? groupLookAlikes(nodes, edges).filter(({ id }) => !opened.has(id)) : []
  const standsFor = new Map(groups.flatMap(({ id, members }) => members.map((member) => [member.id, id] as const)))
  const merged = mergeEdges(edges, (id) => standsFor.get(id) ?? id)
  const degrees = new Map<string, number>()
  for (const { source, target } of merged)
    for (const id of [source, target]) degrees.set(id, (degrees.get(id) ?? 0) + 1)
  const single = (node: GraphNode): Omit<DrawnNode, 'degree'> => ({ ...node, type: nodeType(node), members: [node.id] })
  const all = [
    ...nodes.filter((node) => !standsFor.has(node.id)).map(single),
    ...groups.map(({ id, members }) => groupNode(id, members)),
  ].map((node) => ({ ...node, degree: degrees.get(node.id) ?? 0 }))
  return withinLimit(all, merged)
}

function groupNode(id: string, members: readonly GraphNode[]): Omit<DrawnNode, 'degree'> {
  const first = members[0]
  const type = first ? nodeType(first) : ''
  return {
    id,
    type,
    label: `${members.length} × ${typeWord(type)}`,
    severity: first?.severity ?? 'unknown',
    seed: false,
    count: members.reduce((sum, member) => sum + member.count, 0),
    members: members.map((member) => member.id),
  }
}

/** @returns what the node is drawn as: the type of an observable, else `signature` or `device`. */
export function nodeType({ kind, type }: GraphNode): string {
  return kind === 'observable' ? type : kind
}

/** @returns `file name` for `file_name`: types and relations as words. */
export function typeWord(type: string): string {
  return type.replaceAll('_', ' ')
}

function mergeEdges(edges: readonly GraphEdge[], drawn: (id: string) => string): DrawnEdge[] {
  const merged = new Map<string, DrawnEdge>()
  for (const edge of edges) {
    const source = drawn(edge.source)
    const target = drawn(edge.target)
    if (source === target) continue
    const id = JSON.stringify([source, edge.relation, target])
    merged.set(id, { id, source, target, relation: edge.relation, count: edge.count + (merged.get(id)?.count ?? 0) })
  }
  return [...merged.values()]
}

function withinLimit(nodes: readonly DrawnNode[], edges: readonly DrawnEdge[]): DrawnGraph {
  const kept = nodes
    .toSorted(
      (a, b) =>
        Number(b.seed) - Number(a.seed) ||
        Number(b.members.length > 1) - Number(a.members.length > 1) ||
        severityRank(a.severity) - severityRank(b.severity) ||
        b.degree - a.degree ||
        (a.id < b.id ? -1 : 1),
    )
    .slice(0, drawnNodesMax)
  const ids = new Set(kept.map((node) => node.id))
  const omitted = nodes.filter((node) => !ids.has(node.id)).reduce((sum, node) => sum + node.members.length, 0)
  return { nodes: kept, edges: edges.filter(({ source, target }) => ids.has(source) && ids.has(target)), omitted }
}
