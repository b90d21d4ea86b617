// The one selection that graph, table and details share: ids of nodes, and the algebra on it (console-and-cli rule 5).
import type { GraphEdge, GraphNode } from '../../wire/api/investigations.ts'
import { nodeType } from './drawn-graph.ts'

export type Selection = ReadonlySet<string>

/** @returns the selection after a click: alone, or with a modifier added or taken away. */
export function clicked(selection: Selection, ids: readonly string[], adding: boolean): Selection {
  if (!adding) return new Set(ids)
  const all = ids.every((id) => selection.has(id))
  return all ? selection.difference(new Set(ids)) : selection.union(new Set(ids))
}

/** @returns the selection and whatever is related to it. */
export function withNeighbours(selection: Selection, edges: readonly GraphEdge[]): Selection {
  const ends = edges.flatMap(({ source, target }) => [
    ...(selection.has(source) ? [target] : []),
    ...(selection.has(target) ? [source] : []),
  ])
  return selection.union(new Set(ends))
}

export function inverted(selection: Selection, nodes: readonly GraphNode[]): Selection {
  return new Set(nodes.map(({ id }) => id)).difference(selection)
}

export function ofType(nodes: readonly GraphNode[], type: string): Selection {
  return new Set(nodes.filter((node) => nodeType(node) === type).map(({ id }) => id))
}

/** @returns the neighbour that lies in the direction of the arrow key, nearest first: a cone of 90 degrees. */
export function nearestTowards<T extends { readonly x: number; readonly y: number }>(
  from: { readonly x: number; readonly y: number },
  others: readonly T[],
  direction: 'ArrowUp' | 'ArrowDown' | 'ArrowLeft' | 'ArrowRight',
): T | undefined {
  const along = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] } as const
  const [dx, dy] = along[direction]
  return others
    .map((other) => {
      const ahead = (other.x - from.x) * dx + (other.y - from.y) * dy
      const aside = Math.abs((other.x - from.x) * dy) + Math.abs((other.y - from.y) * dx)
      return { other, ahead, aside }
    })
    .filter(({ ahead, aside }) => ahead > 0 && aside <= ahead)
    .sort((a, b) => a.ahead + a.aside * 2 - (b.ahead + b.aside * 2))[0]?.other
}
