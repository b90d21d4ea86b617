// Positions of file sources (delivery N2, N4): how one follows from another, and what stands in it of finished files.
import type { FinishedFile, Position } from '../../wire/block-format.ts'

/** The last finished files that stand in a position. */
export const finishedFilesMax = 16

/**
 * @param before the source's position so far, with its finished files
 * @param next that of the block behind it, which names the finished files only where they changed
 * @returns the position from now on, always with its finished files
 */
export function advancePosition(before: Position | undefined, next: Position): Position {
  if (next.kind !== 'file' || next.finished !== undefined) return next
  const known = before?.kind === 'file' ? before : undefined
  const finished = known?.finished ?? []
  if (known === undefined || known.generation === next.generation) return { ...next, finished }
  // The block that named the new file is a hole: the file before was left where it was last known.
  return { ...next, finished: withFinished(finished, { fingerprint: known.fingerprint, end: known.end }) }
}

/** @returns the list with one more finished file, the oldest left out beyond sixteen */
export function withFinished(finished: readonly FinishedFile[], file: FinishedFile): readonly FinishedFile[] {
  return [...finished, file].slice(-finishedFilesMax)
}
