import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DrawnNode } from './drawn-graph.ts'
import { placeBeside } from './place-beside.ts'

const node = (id: string, members = [id]): DrawnNode => ({
  id,
  type: 'ip',
  label: id,
  severity: 'low',
  seed: false,
  count: 1,
  degree: 1,
  members,
})
const edge = (source: string, target: string) => ({ id: source + target, source, target, relation: 'r', count: 1 })

test('console 2: members of an opened group start where it stood, apart from one another', () => {
  const places = new Map([['group:a', { x: 500, y: -300 }]])
  const at = placeBeside([node('a'), node('b')], [], places, [node('group:a', ['a', 'b'])])
  for (const { x, y } of at) assert.ok(Math.hypot(x - 500, y + 300) < 60)
  assert.notDeepEqual(at[0], at[1])
})

test('console 2: a group stands in the middle of its members, a new node beside its neighbour', () => {
  const places = new Map([
    ['a', { x: 0, y: 0 }],
    ['b', { x: 100, y: 40 }],
  ])
  assert.deepEqual(placeBeside([node('group:a', ['a', 'b'])], [], places, []), [{ x: 50, y: 20 }])
  const [beside] = placeBeside([node('c')], [edge('b', 'c')], places, [])
  assert.ok(beside && Math.hypot(beside.x - 100, beside.y - 40) < 40)
  assert.equal(placeBeside([node('d')], [], places, []).length, 1)
})
