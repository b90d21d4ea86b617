import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type LayoutJob, type LayoutStep, layOut, layoutSteps } from './layout.ts'

/** A hub with leaves, and a second one joined to it. */
function clusters(leaves: number, more: Partial<LayoutJob> = {}): LayoutJob {
  const ids = ['a', 'b', ...Array.from({ length: leaves }, (_, i) => `n${i}`)]
  return {
    job: 1,
    nodes: ids.map((id) => ({ id })),
    edges: [{ source: 'a', target: 'b' }, ...ids.slice(2).map((id, i) => ({ source: id, target: i % 2 ? 'a' : 'b' }))],
    aspect: 1.6,
    ...more,
  }
}
function steps(job: LayoutJob): LayoutStep[] {
  const all: LayoutStep[] = []
  layOut(job, (step) => all.push(step))
  return all
}

test('console 3, layout: six steps, then no more; every place is a number', () => {
  const all = steps(clusters(60))
  assert.deepEqual(
    all.map(({ step }) => step),
    [1, 2, 3, 4, 5, 6],
  )
  assert.deepEqual(
    all.map(({ last }) => last),
    [false, false, false, false, false, true],
  )
  assert.equal(all.length, layoutSteps)
  for (const { positions } of all) assert.ok(positions.every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y)))
})

test('console 3, layout: the same graph gives the same picture', () => {
  assert.deepEqual(steps(clusters(40)), steps(clusters(40)))
})

test('console 1, layout: a pinned node stays where it was put', () => {
  const job = clusters(20)
  const nodes = job.nodes.map((node, i) => (i === 0 ? { ...node, at: { x: 111, y: -77 }, fixed: true } : node))
  const [place] = steps({ ...job, nodes }).at(-1)?.positions ?? []
  assert.ok(Math.abs((place?.x ?? 0) - 111) < 0.01 && Math.abs((place?.y ?? 0) + 77) < 0.01)
})

test('console 6, layout: nodes that are related stand nearer than those that are not', () => {
  const job = clusters(60)
  const at = new Map(
    steps(job)
      .at(-1)
      ?.positions.map((point, i) => [job.nodes[i]?.id, point]),
  )
  const distance = (one: string, other: string) => {
    const [a, b] = [at.get(one), at.get(other)]
    return a && b ? Math.hypot(a.x - b.x, a.y - b.y) : Number.NaN
  }
  const leaves = job.edges.slice(1)
  const near = leaves.filter(
    ({ source, target }) => distance(source, target) < distance(source, target === 'a' ? 'b' : 'a'),
  )
  assert.ok(near.length > leaves.length * 0.9, `${near.length} of ${leaves.length}`)
})

test('console 6, layout: one node, and a graph without relations, have places too', () => {
  assert.equal(steps({ job: 1, nodes: [{ id: 'a' }], edges: [], aspect: 1 }).at(-1)?.positions.length, 1)
  const loose = steps({ job: 1, nodes: [{ id: 'a' }, { id: 'b' }], edges: [], aspect: 1 }).at(-1)?.positions ?? []
  assert.ok(loose.every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y)))
})
