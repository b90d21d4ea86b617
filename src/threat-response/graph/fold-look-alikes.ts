// Keeps a picture readable: beyond the cap, nodes that look alike are left out but for the first few, then those that
// tell least. The number left out is shown, and the events still hold them.
import type { GraphEdge, GraphNode } from '../../wire/api/investigations.ts'
import { severityRank } from '../enrich/worst-severity.ts'
import type { Graph } from './build-graph.ts'

export type Folded = Graph & { readonly folded: number }

/** Of a class of look-alikes these stay, so that its shape is seen. */
const keptOfEach = 3

/** @param nodesMax seeds that were seen stay even where they alone are more; `seen` of the answer tells of the others */
export function foldLookAlikes(graph: Graph, nodesMax: number): Folded {
  if (graph.nodes.length <= nodesMax) return { ...graph, folded: 0 }
  const ranked = rank(graph)
  const kept = keepSome(ranked, classesOf(graph), graph.nodes.length - nodesMax)
  return cut(graph, kept.size > nodesMax ? strongest(ranked, kept, nodesMax) : kept)
}

/** Leaves out look-alikes from the least telling upwards, at most `tooMany`. @returns ids that stay */
function keepSome(ranked: readonly GraphNode[], classes: ReadonlyMap<string, string>, tooMany: number): Set<string> {
  const kept = new Set(ranked.map(({ id }) => id))
  const members = new Map<string, number>()
  for (const { id } of ranked) {
    const name = classes.get(id)
    if (name !== undefined) members.set(name, (members.get(name) ?? 0) + 1)
  }
  let excess = tooMany
  for (const node of ranked.toReversed()) {
    const { id } = node
    if (excess === 0) break
    const name = classes.get(id)
    const count = name === undefined ? 0 : (members.get(name) ?? 0)
    if (isSeen(node) || name === undefined || count <= keptOfEach) continue
    members.set(name, count - 1)
    kept.delete(id)
    excess--
  }
  return kept
}

function strongest(ranked: readonly GraphNode[], left: ReadonlySet<string>, nodesMax: number): Set<string> {
  const seeds = ranked.filter(isSeen).length
  let room = Math.max(0, nodesMax - seeds)
  return new Set(ranked.filter((node) => left.has(node.id) && (isSeen(node) || room-- > 0)).map(({ id }) => id))
}

function isSeen({ seed, count }: GraphNode): boolean {
  return seed && count > 0
}

/** Look-alikes: the same kind, type and severity, and the same relations to the same others (console-and-cli 6). */
function classesOf({ nodes, edges }: Graph): ReadonlyMap<string, string> {
  const ties = new Map<string, string[]>()
  const tie = (id: string, text: string): void => {
    const known = ties.get(id)
    if (known === undefined) ties.set(id, [text])
    else known.push(text)
  }
  for (const { source, target, relation } of edges) {
    tie(source, `> ${relation} ${target}`)
    tie(target, `< ${relation} ${source}`)
  }
  return new Map(
    nodes
      .filter((node) => node.kind === 'observable' && !isSeen(node))
      .map(({ id, type, severity }) => [id, JSON.stringify([type, severity, (ties.get(id) ?? []).sort()])]),
  )
}

/** Seeds that were seen, then the worst, then what has most ties, then most events, then by id: the same graph, the same picture. */
function rank({ nodes, edges }: Graph): readonly GraphNode[] {
  const degree = new Map<string, number>()
  for (const { source, target } of edges) for (const id of [source, target]) degree.set(id, (degree.get(id) ?? 0) + 1)
  return nodes.toSorted(
    (a, b) =>
      Number(isSeen(b)) - Number(isSeen(a)) ||
      severityRank(b.severity) - severityRank(a.severity) ||
      (degree.get(b.id) ?? 0) - (degree.get(a.id) ?? 0) ||
      b.count - a.count ||
      (a.id < b.id ? -1 : 1),
  )
}

function cut({ nodes, edges }: Graph, left: ReadonlySet<string>): Folded {
  const drawn: readonly GraphEdge[] = edges.filter(({ source, target }) => left.has(source) && left.has(target))
  const shown = nodes.filter(({ id }) => left.has(id))
  return { nodes: shown, edges: drawn, folded: nodes.length - shown.length }
}
