// What a node and a relation carry on the canvas; graph-style.ts reads it by these names.
import { middleEllipsis, visible } from '../parts/defang.ts'
import { type DrawnEdge, type DrawnNode, typeWord } from './drawn-graph.ts'
import { nodeShape } from './node-shapes.ts'

/** Font on the screen, px, whatever the zoom. */
export const fontPx = 11

/** @returns data of a node; its label is shown only once there is room for it. */
export function nodeData(node: DrawnNode): Record<string, unknown> {
  const group = node.members.length > 1
  const base = group
    ? 22 + Math.min(16, Math.sqrt(node.members.length) * 3)
    : 13 + Math.min(13, Math.sqrt(node.degree) * 2.6)
  return {
    id: node.id,
    shape: nodeShape(node.type),
    size: node.seed ? Math.max(26, base) : base,
    severity: node.severity,
    seed: node.seed,
    members: node.members.length,
    memberIds: node.members.join('\n'),
    text: middleEllipsis(visible(node.label), 30),
    shown: '',
    side: 'below',
    font: fontPx,
    outline: 2,
    marginX: 0,
    marginY: 3,
  }
}

export function edgeData(edge: DrawnEdge): Record<string, unknown> {
  return { ...edge, words: `${typeWord(edge.relation)} ×${edge.count}`, font: fontPx, outline: 2 }
}
