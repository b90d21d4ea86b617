// Writes onto the canvas which labels are shown, where, and how large at this zoom (console-and-cli 6, 7).
import type { Core, NodeSingular } from 'cytoscape'
import { severityRank } from '../parts/severity.ts'
import type { DrawnNode } from './drawn-graph.ts'
import { cullLabels, type LabelSide, type LabelWish, labelRank } from './label-culling.ts'
import { textWidth } from './label-text.ts'
import { fontPx } from './node-data.ts'

/** Between node and label, px. */
const gap = 3
/** Around a letter, so that it reads on a line, px. */
const outlinePx = 2

/** @param options.focused something is selected: what is dimmed has no label */
export function labelNodes(
  cy: Core,
  drawn: ReadonlyMap<string, DrawnNode>,
  options: { readonly on: boolean; readonly focused: boolean },
): void {
  const zoom = cy.zoom()
  const bright = cy
    .nodes()
    .toArray()
    .filter((node) => options.on && !node.hasClass('dim'))
  const wishes = bright.map((node) => wishOf(node, drawn.get(node.id()), zoom, options.focused))
  const kept = cullLabels(wishes, { left: 0, top: 0, right: cy.width(), bottom: cy.height() })
  cy.batch(() => {
    for (const node of cy.nodes()) {
      const side = kept.get(node.id())
      node.data({
        shown: side ? node.data('text') : '',
        side: side ?? 'below',
        font: fontPx / zoom,
        outline: outlinePx / zoom,
        marginX: (gap * (away[side ?? 'below']?.x ?? 0)) / zoom,
        marginY: (gap * (away[side ?? 'below']?.y ?? 0)) / zoom,
      })
    }
    for (const edge of cy.edges('.named')) edge.data({ font: (fontPx - 1) / zoom, outline: outlinePx / zoom })
  })
}

const away: Readonly<Record<LabelSide, { readonly x: number; readonly y: number }>> = {
  below: { x: 0, y: 1 },
  above: { x: 0, y: -1 },
  right: { x: 1, y: 0 },
  left: { x: -1, y: 0 },
}

function wishOf(node: NodeSingular, drawn: DrawnNode | undefined, zoom: number, focused: boolean): LabelWish {
  const { x, y } = node.renderedPosition()
  const seed = drawn?.seed ?? false
  const selected = node.hasClass('selected')
  return {
    id: node.id(),
    x,
    y,
    radius: (node.outerHeight() / 2) * zoom,
    width: textWidth(String(node.data('text')), fontPx, seed || selected) + 8,
    height: fontPx * 1.35,
    must: seed || selected,
    rank: labelRank({
      selected,
      beside: focused && !node.hasClass('dim'),
      seed,
      group: (drawn?.members.length ?? 0) > 1,
      severityRank: severityRank(drawn?.severity ?? 'unknown'),
      degree: drawn?.degree ?? 0,
    }),
  }
}
