// Where the nodes of an investigation stand and which are pinned, kept for this tab: a reload brings the same picture
// (console-and-cli rule 1; on the server once cases exist).
import type { Point } from './spiral.ts'

export type Places = { readonly at: Readonly<Record<string, Point>>; readonly pinned: readonly string[] }

const prefix = 'sallyport-places:'
/** A picture of 1,500 nodes is about 80 kB; a tab may keep 5 MB. */
const keptMax = 24

export function readPlaces(storage: Pick<Storage, 'getItem'>, investigation: string): Places {
  try {
    const kept: unknown = JSON.parse(storage.getItem(prefix + investigation) ?? 'null')
    if (isPlaces(kept)) return kept
  } catch {
    // What cannot be read is laid out anew.
  }
  return { at: {}, pinned: [] }
}

export function writePlaces(storage: Storage, investigation: string, places: Places): void {
  const key = prefix + investigation
  const keys = Object.keys(storage).filter((one) => one.startsWith(prefix) && one !== key)
  for (const old of keys.slice(0, Math.max(0, keys.length - keptMax + 1))) storage.removeItem(old)
  try {
    storage.setItem(key, JSON.stringify(places))
  } catch {
    // The tab's storage is full: the picture lasts until the page is left.
  }
}

function isPlaces(value: unknown): value is Places {
  if (typeof value !== 'object' || value === null || !('at' in value) || !('pinned' in value)) return false
  const { at, pinned } = value
  return (
    typeof at === 'object' &&
    at !== null &&
    Array.isArray(pinned) &&
    pinned.every((id) => typeof id === 'string') &&
    Object.values(at).every((point: unknown) => isPoint(point))
  )
}

function isPoint(value: unknown): value is Point {
  return (
    typeof value === 'object' &&
    value !== null &&
    'x' in value &&
    'y' in value &&
    Number.isFinite(value.x) &&
    Number.isFinite(value.y)
  )
}
