import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { GraphEdge, GraphNode } from '../../wire/api/investigations.ts'
import { clicked, inverted, nearestTowards, ofType, withNeighbours } from './selection.ts'

const node = (id: string, type = 'ip'): GraphNode => ({
  id,
  kind: 'observable',
  type,
  label: id,
  seed: false,
  severity: 'low',
  count: 1,
  disposition: null,
  sources: [],
})
const nodes = [node('a'), node('b', 'domain'), node('c')]
const edges: GraphEdge[] = [{ id: '1', source: 'a', target: 'b', relation: 'Resolved_To', count: 1, sources: [] }]

test('console 5, selection: a click selects alone, with a modifier it adds and takes away', () => {
  assert.deepEqual(clicked(new Set(['a']), ['b'], false), new Set(['b']))
  assert.deepEqual(clicked(new Set(['a']), ['b', 'c'], true), new Set(['a', 'b', 'c']))
  assert.deepEqual(clicked(new Set(['a', 'b', 'c']), ['b', 'c'], true), new Set(['a']))
})

test('console 5, selection: neighbours, the rest, and one type', () => {
  assert.deepEqual(withNeighbours(new Set(['b']), edges), new Set(['b', 'a']))
  assert.deepEqual(inverted(new Set(['a']), nodes), new Set(['b', 'c']))
  assert.deepEqual(ofType(nodes, 'ip'), new Set(['a', 'c']))
})

test('console 8, selection: an arrow key goes to the nearest node in its direction, and nowhere where there is none', () => {
  const at = (id: string, x: number, y: number) => ({ id, x, y })
  const others = [at('far', 100, 0), at('near', 40, 10), at('up', 5, -30), at('aside', 10, 50)]
  assert.equal(nearestTowards({ x: 0, y: 0 }, others, 'ArrowRight')?.id, 'near')
  assert.equal(nearestTowards({ x: 0, y: 0 }, others, 'ArrowUp')?.id, 'up')
  assert.equal(nearestTowards({ x: 0, y: 0 }, others, 'ArrowLeft'), undefined)
})
