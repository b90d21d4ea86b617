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
}

export type LabelSide = 'below' | 'above'

/** What decides who keeps a label: selection and its neighbourhood, seeds, severity, degree. */
export function labelRank(node: {
  readonly selected: boolean
  readonly beside: boolean
  readonly seed: boolean
  readonly severityRank: number
  readonly degree: number
}): number[] {
  return [node.selected ? 0 : 1, node.beside ? 0 : 1, node.seed ? 0 : 1, node.severityRank, -node.degree]
}

/** @returns the labels kept and where each stands; no two boxes overlap, and the same wishes give the same answer. */
export function cullLabels(wishes: readonly LabelWish[]): Map<string, LabelSide> {
  const kept = new Map<string, LabelSide>()
  const taken = new BoxGrid()
  for (const wish of wishes.toSorted(byRank)) {
    const side = sides.find((candidate) => taken.isFree(boxOf(wish, candidate)))
    if (!side) continue
    taken.add(boxOf(wish, side))
    kept.set(wish.id, side)
  }
  return kept
}

export type Box = { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number }

/** @returns the box of the label; exported so that a test can judge overlap by itself. */
export function boxOf({ x, y, radius, width, height }: LabelWish, side: LabelSide): Box {
  const top = side === 'below' ? y + radius + gap : y - radius - gap - height
  return { left: x - width / 2, top, right: x + width / 2, bottom: top + height }
}

const sides = ['below', 'above'] as const

/** Between node and label, px. */
const gap = 3

function byRank(a: LabelWish, b: LabelWish): number {
  for (const [i, value] of a.rank.entries()) {
    const difference = value - (b.rank[i] ?? 0)
    if (difference !== 0) return difference
  }
  return a.id < b.id ? -1 : 1
}

/** Boxes by the cells they touch: a label asks its few neighbours, not all. */
class BoxGrid {
  readonly #cells = new Map<string, Box[]>()

  isFree(box: Box): boolean {
    return cellsOf(box).every((cell) => !this.#cells.get(cell)?.some((other) => overlap(box, other)))
  }

  add(box: Box): void {
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

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
}
