// Look-alikes drawn as one node: same type, same severity, same set of (relation, other end). This, not speed, makes
// hundreds of nodes readable (console-and-cli 1.4, rule 7, 6 "Grouping").
import type { GraphEdge, GraphNode } from '../../wire/api/investigations.ts'

export type LookAlikes = {
  /** Stable while its members are the same. */
  readonly id: string
  readonly members: readonly GraphNode[]
}

/** On by default from this many nodes: below it every node can be read. */
export const groupFromNodes = 20

/** Two look-alikes are read as quickly as a group of two. */
const membersMin = 3

/** @returns groups of three or more; what a person asked about (a seed) is never hidden in one. Order-independent. */
export function groupLookAlikes(nodes: readonly GraphNode[], edges: readonly GraphEdge[]): LookAlikes[] {
  const ends = new Map<string, string[]>()
  const note = (id: string, end: string) => {
    const list = ends.get(id)
    if (list) list.push(end)
    else ends.set(id, [end])
  }
  for (const { source, target, relation } of edges) {
    note(source, JSON.stringify([relation, '>', target]))
    note(target, JSON.stringify([relation, '<', source]))
  }
  const alike = new Map<string, GraphNode[]>()
  for (const node of nodes) {
    const related = ends.get(node.id)
    if (node.seed || !related) continue
    const key = JSON.stringify([node.kind, node.type, node.severity, [...new Set(related)].sort()])
    const list = alike.get(key)
    if (list) list.push(node)
    else alike.set(key, [node])
  }
  return [...alike.values()]
    .filter((members) => members.length >= membersMin)
    .map((members) => members.toSorted((a, b) => (a.id < b.id ? -1 : 1)))
    .map((members) => ({ id: `group:${members[0]?.id}`, members }))
    .sort((a, b) => (a.id < b.id ? -1 : 1))
}
