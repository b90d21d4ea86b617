import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { GraphEdge, GraphNode } from '../../wire/api/investigations.ts'
import { drawnGraph, drawnNodesMax } from './drawn-graph.ts'
import { groupLookAlikes } from './grouping.ts'

const node = (id: string, more: Partial<GraphNode> = {}): GraphNode => ({
  id,
  kind: 'observable',
  type: 'ip',
  label: id,
  seed: false,
  severity: 'unknown',
  count: 1,
  disposition: null,
  sources: [],
  ...more,
})
const edge = (source: string, target: string, relation = 'Connected_To'): GraphEdge => ({
  id: `${source}>${target}:${relation}`,
  source,
  target,
  relation,
  count: 2,
  sources: [],
})
const star = (n: number, more?: Partial<GraphNode>) => ({
  nodes: [node('seed', { seed: true }), ...Array.from({ length: n }, (_, i) => node(`n${i}`, more))],
  edges: Array.from({ length: n }, (_, i) => edge(`n${i}`, 'seed')),
  folded: 0,
})
const closed = { grouped: true, opened: new Set<string>() }

test('console 6, grouping: same type, severity and relations become one node with its count', () => {
  const { nodes, edges } = drawnGraph(star(12), closed)
  assert.deepEqual(
    nodes.map(({ label, count, members, degree }) => ({ label, count, members: members.length, degree })),
    [
      { label: 'seed', count: 1, members: 1, degree: 1 },
      { label: '12 × ip', count: 12, members: 12, degree: 1 },
    ],
  )
  assert.deepEqual(
    edges.map(({ count }) => count),
    [24],
  )
})

test('console 6, grouping: a difference in type, severity, relation, direction or other end keeps nodes apart', () => {
  const graph = star(3)
  const differing: [string, Parameters<typeof groupLookAlikes>][] = [
    ['type', [graph.nodes.map((n) => (n.id === 'n0' ? { ...n, type: 'domain' } : n)), graph.edges]],
    ['severity', [graph.nodes.map((n) => (n.id === 'n0' ? { ...n, severity: 'high' } : n)), graph.edges]],
    ['relation', [graph.nodes, graph.edges.map((e) => (e.source === 'n0' ? { ...e, relation: 'Resolved_To' } : e))]],
    ['direction', [graph.nodes, graph.edges.map((e) => (e.source === 'n0' ? edge('seed', 'n0') : e))]],
    ['other end', [graph.nodes, [...graph.edges, edge('n0', 'n1')]]],
    ['a seed', [graph.nodes.map((n) => (n.id === 'n0' ? { ...n, seed: true } : n)), graph.edges]],
  ]
  assert.equal(groupLookAlikes(graph.nodes, graph.edges).length, 1)
  for (const [why, input] of differing) assert.deepEqual(groupLookAlikes(...input), [], why)
})

test('console 6, grouping: the order of input changes nothing', () => {
  const { nodes, edges } = star(6)
  assert.deepEqual(groupLookAlikes(nodes.toReversed(), edges.toReversed()), groupLookAlikes(nodes, edges))
})

test('console 7, grouping: a group opens in place, and off means every node', () => {
  const graph = star(5)
  assert.equal(drawnGraph(graph, { grouped: true, opened: new Set(['group:n0']) }).nodes.length, 6)
  assert.equal(drawnGraph(graph, { grouped: false, opened: new Set() }).nodes.length, 6)
})

test('console 6: whatever the graph, each node is drawn once or counted as left out, and no relation hangs loose', () => {
  const graphs = fc.array(fc.tuple(fc.nat(30), fc.nat(30), fc.constantFrom('a', 'b')), { maxLength: 80 })
  fc.assert(
    fc.property(graphs, fc.boolean(), (pairs, grouped) => {
      const nodes = Array.from({ length: 31 }, (_, i) => node(`n${i}`, { seed: i === 0 }))
      const edges = pairs.map(([a, b, relation]) => edge(`n${a}`, `n${b}`, relation))
      const drawn = drawnGraph({ nodes, edges, folded: 0 }, { grouped, opened: new Set() })
      const ids = new Set(drawn.nodes.map(({ id }) => id))
      assert.equal(
        drawn.nodes.reduce((sum, { members }) => sum + members.length, drawn.omitted),
        31,
      )
      assert.ok(drawn.edges.every(({ source, target }) => ids.has(source) && ids.has(target)))
    }),
  )
})

test('console 6: above the limit seeds and groups stay, and what is left out is counted', () => {
  const graph = star(2_000, {})
  const nodes = graph.nodes.map((n, i) => ({ ...n, label: `${i}`, type: `t${i}` }))
  const drawn = drawnGraph({ ...graph, nodes }, closed)
  assert.equal(drawn.nodes.length, drawnNodesMax)
  assert.equal(drawn.omitted, 501)
  assert.ok(drawn.nodes.some(({ seed }) => seed))
})
