// One picture out of the graphs of several modules: what is the same is one node, and says who says so.
import type { GraphDelta, GraphEdge, GraphNode, Verdict } from '../../wire/api/investigations.ts'
import { worstSeverity } from '../enrich/worst-severity.ts'
import { type Graph, withSource } from './build-graph.ts'

/** @param verdicts give their observables a disposition */
export function mergeGraphs(graphs: readonly Graph[], verdicts: readonly Verdict[]): Graph {
  const nodes = new Map<string, GraphNode>()
  const edges = new Map<string, GraphEdge>()
  for (const graph of graphs) {
    for (const node of graph.nodes) {
      const known = nodes.get(node.id)
      nodes.set(node.id, known === undefined ? node : joined(known, node))
    }
    for (const edge of graph.edges) {
      const known = edges.get(edge.id)
      const sources = edge.sources.reduce(withSource, known?.sources ?? [])
      edges.set(edge.id, { ...edge, count: edge.count + (known?.count ?? 0), sources })
    }
  }
  for (const { observable, disposition } of verdicts) {
    const node = nodes.get(`${observable.type}:${observable.value}`)
    if (node !== undefined) nodes.set(node.id, { ...node, disposition })
  }
  return { nodes: [...nodes.values()], edges: [...edges.values()] }
}

function joined(a: GraphNode, b: GraphNode): GraphNode {
  return {
    ...a,
    seed: a.seed || b.seed,
    severity: worstSeverity(a.severity, b.severity),
    count: a.count + b.count,
    sources: b.sources.reduce(withSource, a.sources),
  }
}

/** @returns what makes the one graph out of the other; undefined where nothing changed */
export function graphDelta(before: Graph, after: Graph): GraphDelta | undefined {
  const nodes = changed(before.nodes, after.nodes)
  const edges = changed(before.edges, after.edges)
  const delta = { nodes: nodes.put, edges: edges.put, removedNodes: nodes.removed, removedEdges: edges.removed }
  return Object.values(delta).every((list) => list.length === 0) ? undefined : delta
}

function changed<T extends { readonly id: string }>(before: readonly T[], after: readonly T[]) {
  const known = new Map(before.map((one) => [one.id, JSON.stringify(one)]))
  const left = new Set(after.map(({ id }) => id))
  return {
    put: after.filter((one) => known.get(one.id) !== JSON.stringify(one)),
    removed: before.filter(({ id }) => !left.has(id)).map(({ id }) => id),
  }
}
