// The generations of a rotated file on disk: its own name and that name with a suffix, oldest first (delivery N2).
import { readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/**
 * @param path the file the sensor writes
 * @returns absolute paths of its generations, oldest first, `path` last where it exists. Counters (`.1`, `.2.gz`) grow
 * with age; dates and epochs (`-20261124`, `.1732406400.gz`) with youth
 */
export async function listGenerations(path: string): Promise<readonly string[]> {
  const base = basename(path)
  const folder = dirname(path)
  let names: string[]
  try {
    names = await readdir(folder)
  } catch {
    return []
  }
  return names
    .filter((name) => name === base || isSuffix(name, base))
    .sort((a, b) => compareAge(a.slice(base.length), b.slice(base.length)))
    .map((name) => join(folder, name))
}

function isSuffix(name: string, base: string): boolean {
  return name.startsWith(base) && /^[.-]\d[\d.:T_-]*(\.gz)?$/.test(name.slice(base.length))
}

/** Negative where suffix `a` names an older file than `b`. */
function compareAge(a: string, b: string): number {
  if (a === '' || b === '') return a === b ? 0 : a === '' ? 1 : -1
  const [left, right] = [counter(a), counter(b)]
  if (left !== undefined && right !== undefined) return right - left
  if (left !== undefined || right !== undefined) return left !== undefined ? 1 : -1
  const [ours, theirs] = [runs(a), runs(b)]
  for (let at = 0; at < Math.max(ours.length, theirs.length); at++) {
    const difference = (ours[at] ?? 0) - (theirs[at] ?? 0)
    if (difference !== 0) return difference
  }
  return a < b ? -1 : 1
}

function counter(suffix: string): number | undefined {
  const digits = /^[.-](\d{1,4})(\.gz)?$/.exec(suffix)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

function runs(suffix: string): number[] {
  return (suffix.match(/\d+/g) ?? []).map(Number)
}
