// Which labels are drawn: cytoscape draws every one, and 300 nodes are unreadable then. Walk the nodes by rank, keep a
// label only where its box on the screen is free (console-and-cli 6 "Label culling").

export type LabelWish = {
  readonly id: string
  /** Centre of the node and its radius, in pixels of the screen. */
  readonly x: number
  readonly y: number
  readonly radius: number
  /** Size of the text, in pixels of the screen. */
  readonly width: number
  readonly height: number
  /** Smaller goes first; see `labelRank`. */
  readonly rank: readonly number[]
  /** Rather over another node than not at all: what is selected or was asked about. */
  readonly must: boolean
}

export type LabelSide = 'below' | 'above' | 'right' | 'left'

/** What decides who keeps a label: selection and its neighbourhood, seeds, groups, severity, degree. */
export function labelRank(node: {
  readonly selected: boolean
  readonly beside: boolean
  readonly seed: boolean
  readonly group: boolean
  readonly severityRank: number
  readonly degree: number
}): number[] {
  return [
    node.selected ? 0 : 1,
    node.beside ? 0 : 1,
    node.seed ? 0 : 1,
    node.group ? 0 : 1,
    node.severityRank,
    -node.degree,
  ]
}

/**
 * A label stands below its node, else where there is room for it, whole within the panel and over no other node.
 * @param panel of the screen
 * @returns the labels kept and where each stands; no two boxes overlap, and the same wishes give the same answer
 */
export function cullLabels(wishes: readonly LabelWish[], panel: Box): Map<string, LabelSide> {
  const kept = new Map<string, LabelSide>()
  const labels = new BoxGrid()
  const nodes = new BoxGrid()
  for (const wish of wishes) nodes.add({ ...bodyOf(wish), owner: wish.id })
  for (const wish of wishes.toSorted(byRank)) {
    const free = sides.filter((candidate) => {
      const place = boxOf(wish, candidate)
      return within(place, panel) && labels.isFree({ ...place, owner: wish.id })
    })
    const clear = free.find((candidate) => nodes.isFree({ ...boxOf(wish, candidate), owner: wish.id }))
    const side = clear ?? (wish.must ? free[0] : undefined)
    if (!side) continue
    labels.add({ ...boxOf(wish, side), owner: '' })
    kept.set(wish.id, side)
  }
  return kept
}

export type Box = { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number }

/** @returns the box of the label; exported so that a test can judge overlap by itself. */
export function boxOf({ x, y, radius, width, height }: LabelWish, side: LabelSide): Box {
  const away = radius + gap
  switch (side) {
    case 'below':
      return box(x - width / 2, y + away, width, height)
    case 'above':
      return box(x - width / 2, y - away - height, width, height)
    case 'right':
      return box(x + away, y - height / 2, width, height)
    case 'left':
      return box(x - away - width, y - height / 2, width, height)
    default:
      return side satisfies never
  }
}

function box(left: number, top: number, width: number, height: number): Box {
  return { left, top, right: left + width, bottom: top + height }
}

/** The body of a node, a little smaller than drawn: a label may touch its corner. */
function bodyOf({ x, y, radius }: LabelWish): Box {
  const half = radius * 0.8
  return box(x - half, y - half, half * 2, half * 2)
}

const sides = ['below', 'right', 'above', 'left'] as const

/** Between node and label, px. */
const gap = 3

function byRank(a: LabelWish, b: LabelWish): number {
  for (const [i, value] of a.rank.entries()) {
    const difference = value - (b.rank[i] ?? 0)
    if (difference !== 0) return difference
  }
  return a.id < b.id ? -1 : 1
}

type OwnedBox = Box & { readonly owner: string }

/** Boxes by the cells they touch: a label asks its few neighbours, not all. */
class BoxGrid {
  readonly #cells = new Map<string, OwnedBox[]>()

  /** Whether no other owner's box is there. */
  isFree(box: OwnedBox): boolean {
    return cellsOf(box).every(
      (cell) => !this.#cells.get(cell)?.some((other) => other.owner !== box.owner && overlap(box, other)),
    )
  }

  add(box: OwnedBox): void {
    for (const cell of cellsOf(box)) {
      const boxes = this.#cells.get(cell)
      if (boxes) boxes.push(box)
      else this.#cells.set(cell, [box])
    }
  }
}

const cellWidth = 120
const cellHeight = 24

function cellsOf({ left, top, right, bottom }: Box): string[] {
  const cells: string[] = []
  for (let column = Math.floor(left / cellWidth); column <= Math.floor(right / cellWidth); column++)
    for (let row = Math.floor(top / cellHeight); row <= Math.floor(bottom / cellHeight); row++)
      cells.push(`${column},${row}`)
  return cells
}

function within(a: Box, b: Box): boolean {
  return a.left >= b.left && a.top >= b.top && a.right <= b.right && a.bottom <= b.bottom
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
}
