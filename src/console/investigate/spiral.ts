// Places to begin from: even, without chance, and free of the weight of the layout itself.

export type Point = { readonly x: number; readonly y: number }

/** Places that fill a disc evenly without chance: the golden angle. */
export function spiral(index: number, distance: number): Point {
  const angle = index * 2.399963
  const radius = distance * Math.sqrt(index + 0.5)
  return { x: radius * Math.cos(angle), y: radius * Math.sin(angle) }
}
