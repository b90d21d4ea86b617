// A node that comes later starts beside what it is related to, or where its group stood; nothing else moves
// (console-and-cli rule 2).
import type { DrawnEdge, DrawnNode } from './drawn-graph.ts'
import { type Point, spiral } from './spiral.ts'

/** From the place of a group to its first member, px. */
const aside = 20

/**
 * @param places of nodes by id; @param before what was drawn until now, whose groups may have been opened
 * @returns places of `nodes`, in their order
 */
export function placeBeside(
  nodes: readonly DrawnNode[],
  edges: readonly DrawnEdge[],
  places: ReadonlyMap<string, Point>,
  before: Iterable<DrawnNode>,
): Point[] {
  const groupOf = new Map<string, Point>()
  for (const { id, members } of before) {
    const at = places.get(id)
    if (at) for (const member of members) groupOf.set(member, at)
  }
  return nodes.map(({ id, members }, index) => {
    const related = edges.flatMap(({ source, target }) => (source === id ? [target] : target === id ? [source] : []))
    const from = groupOf.get(members[0] ?? '') ?? mean(placesOf(members)) ?? mean(placesOf(related)) ?? { x: 0, y: 0 }
    const step = members.length > 1 ? { x: 0, y: 0 } : spiral(index, aside)
    return { x: from.x + step.x, y: from.y + step.y }
  })

  function placesOf(ids: readonly string[]): Point[] {
    return ids.flatMap((id) => places.get(id) ?? [])
  }
}

function mean(points: readonly Point[]): Point | undefined {
  if (points.length === 0) return undefined
  const sum = points.reduce((a, b) => ({ x: a.x + b.x, y: a.y + b.y }))
  return { x: sum.x / points.length, y: sum.y / points.length }
}
