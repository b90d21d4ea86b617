// Where a file source begins: at the position of its last valid block (delivery N4), and what between is lost (N3, N5).
import type { LossCause } from '../../../wire/block-format.ts'
import type { FileSourceConfig } from '../source-config.ts'
import { type Grown, locate } from './file-succession.ts'
import type { InputFile } from './input-file.ts'
import type { PackedFile } from '../packer.ts'
import type { SourceMark } from '../spool/spool-table.ts'

export type Found = {
  readonly kind: 'found'
  readonly file: InputFile
  readonly packed: PackedFile
  readonly offset: number
  /** It is the file of the mark, so that its header lines are still in force. */
  readonly sameFile: boolean
  readonly losses: readonly { readonly cause: LossCause; readonly bytes?: number }[]
}

/** @returns the file to read and from where, or why there is none now */
export async function findPlace(
  config: FileSourceConfig,
  mark: SourceMark | undefined,
): Promise<Found | { kind: 'finished' } | { kind: 'missing' | 'unreadable'; reason: string }> {
  const position = mark?.position.kind === 'file' ? mark.position : undefined
  const located = await locate(config.path, config.once === true, position)
  if (located.kind !== 'found' && located.kind !== 'next') return located
  const { file, grown } = located
  const fingerprint = { length: 0, sha256: '' }
  const finished = grownTo(position?.finished ?? [], grown)
  const losses: { cause: LossCause; bytes?: number }[] = grown.map(({ finished: { end }, size }) => ({
    cause: 'file.written-after-rotation',
    bytes: size - end,
  }))
  const generation = position?.generation ?? 0
  const next = { file, packed: { generation: generation + 1, name: file.name, fingerprint, finished }, offset: 0 }
  if (position === undefined) return { kind: 'found', ...next, sameFile: false, losses }
  const { size } = await file.stat()
  if (located.kind === 'found' && (file.gzipped || size >= position.end)) {
    const packed = { generation, name: file.name, fingerprint, finished }
    return { kind: 'found', file, packed, offset: position.end, sameFile: true, losses }
  }
  if (located.kind === 'found') losses.push({ cause: 'file.truncated' })
  // A file that is read once and is another one now is another input, not a loss of the one before.
  else if (config.once !== true) losses.push({ cause: 'file.rotated-away' })
  return { kind: 'found', ...next, sameFile: false, losses }
}

function grownTo(finished: PackedFile['finished'], grown: readonly Grown[]): PackedFile['finished'] {
  return finished.map((file) => {
    const larger = grown.find((entry) => entry.finished === file)
    return larger === undefined ? file : { ...file, end: larger.size }
  })
}
