// Finds a source's files again (delivery N2): where reading goes on after a restart, and which generation comes next.
import { stat } from 'node:fs/promises'
import type { Fingerprint, FinishedFile, Position } from '../../../wire/block-format.ts'
import { hasFingerprint } from './file-fingerprint.ts'
import { type InputFile, openInputFile } from './input-file.ts'
import { listGenerations } from './rotated-siblings.ts'

export type FilePosition = Extract<Position, { kind: 'file' }>

/** A finished file that grew after it was left: that growth is a loss. */
export type Grown = { readonly finished: FinishedFile; readonly size: number }

export type Located =
  /** The file of the position. */
  | { readonly kind: 'found'; readonly file: InputFile; readonly grown: readonly Grown[] }
  /** It is not there any more; the oldest generation behind it, or the first file of the source. */
  | { readonly kind: 'next'; readonly file: InputFile; readonly grown: readonly Grown[] }
  /** A file that is read once was finished before. */
  | { readonly kind: 'finished' }
  | { readonly kind: 'missing' | 'unreadable'; readonly reason: string }

type Candidate = {
  readonly path: string
  readonly id: string
  readonly head: Buffer
  readonly size: number
  readonly gzipped: boolean
}

/**
 * Finds where a source goes on.
 * @param once only the named file counts, never its rotated siblings
 * @param position where it was, undefined for a source never read: then it begins with the named file
 */
export async function locate(path: string, once: boolean, position: FilePosition | undefined): Promise<Located> {
  const all = once || position === undefined ? await candidates([path]) : await candidates(await listGenerations(path))
  if (position === undefined) return openCandidate(all[0], 'next', [], path)
  const grown = grownFiles(all, position.finished ?? [])
  const at = all.findLastIndex((candidate) => hasFingerprint(candidate.head, position.fingerprint))
  if (at >= 0) return openCandidate(all[at], 'found', grown, path)
  const last = all.findLastIndex((candidate) => isFinished(candidate, position.finished ?? []))
  if (once && last >= 0) return { kind: 'finished' }
  return openCandidate(
    all.slice(last + 1).find((candidate) => candidate.size > 0),
    'next',
    grown,
    path,
  )
}

/**
 * Finds the generation behind the one being read.
 * @param current its id and fingerprint
 * @param older ids of files that were there before it: never read
 * @returns the file, open; undefined while there is none with a byte in it
 */
export async function nextGeneration(
  path: string,
  current: { readonly id: string; readonly fingerprint: Fingerprint },
  finished: readonly FinishedFile[],
  older: ReadonlySet<string>,
): Promise<InputFile | undefined> {
  const all = await candidates(await listGenerations(path))
  // A file under the sensor's own name is another one as soon as its inode is: a short beginning may be the same.
  const last = all.findLastIndex(
    (candidate) =>
      candidate.id === current.id ||
      (candidate.path !== path &&
        (hasFingerprint(candidate.head, current.fingerprint) || isFinished(candidate, finished))),
  )
  const next = all.slice(last + 1).find((candidate) => candidate.size > 0 && !older.has(candidate.id))
  return next === undefined ? undefined : openInputFile(next.path).catch(() => undefined)
}

/** @returns ids of the generations that are there beside the named file */
export async function olderGenerations(path: string): Promise<Set<string>> {
  const all = await candidates(await listGenerations(path))
  return new Set(all.filter((candidate) => candidate.path !== path).map((candidate) => candidate.id))
}

/** @returns id and size of whatever has the name now, `missing` where nothing has */
export async function statPath(path: string): Promise<{ id: string; size: number } | 'missing'> {
  try {
    const found = await stat(path, { bigint: true })
    return { id: `${found.dev}:${found.ino}`, size: Number(found.size) }
  } catch {
    return 'missing'
  }
}

function grownFiles(all: readonly Candidate[], finished: readonly FinishedFile[]): Grown[] {
  const grown: Grown[] = []
  for (const file of finished) {
    const match = all.find((candidate) => !candidate.gzipped && hasFingerprint(candidate.head, file.fingerprint))
    if (match !== undefined && match.size > file.end) grown.push({ finished: file, size: match.size })
  }
  return grown
}

function isFinished(candidate: Candidate, finished: readonly FinishedFile[]): boolean {
  return finished.some((file) => hasFingerprint(candidate.head, file.fingerprint))
}

async function openCandidate(
  candidate: Candidate | undefined,
  kind: 'found' | 'next',
  grown: readonly Grown[],
  path: string,
): Promise<Located> {
  try {
    return { kind, file: await openInputFile(candidate?.path ?? path), grown }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT') return { kind: 'missing', reason: `source.missing: ${path} does not exist` }
    const why = code === 'EISDIR' ? 'is no file' : `cannot be read (${String(code)})`
    return { kind: 'unreadable', reason: `source.unreadable: ${candidate?.path ?? path} ${why}` }
  }
}

async function candidates(paths: readonly string[]): Promise<Candidate[]> {
  const found: Candidate[] = []
  for (const path of paths) {
    try {
      await using file = await openInputFile(path)
      const [head, { size }] = [await file.head(), await file.stat()]
      found.push({ path, id: file.id, head, size: file.gzipped ? head.length : size, gzipped: file.gzipped })
    } catch {
      // One that cannot be opened is none; if it is the one wanted, opening it again says why.
    }
  }
  return found
}
