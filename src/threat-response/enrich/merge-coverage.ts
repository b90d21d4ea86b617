// What several answers of one store cover together (delivery L4).
import type { Coverage } from '../../wire/api/events.ts'

/** Of nothing asked. */
export const noCoverage: Coverage = { from: null, to: null, unindexedBlocks: 0, gaps: [] }

/** @returns the widest range, the worst lag (it is one store), every gap once. */
export function mergeCoverage(a: Coverage, b: Coverage): Coverage {
  const gaps = new Map([...a.gaps, ...b.gaps].map((gap) => [JSON.stringify(Object.values(gap)), gap]))
  return {
    from: least(a.from, b.from),
    to: a.to === null || b.to === null ? (a.to ?? b.to) : Math.max(a.to, b.to),
    unindexedBlocks: Math.max(a.unindexedBlocks, b.unindexedBlocks),
    gaps: [...gaps.values()],
  }
}

function least(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b)
}
