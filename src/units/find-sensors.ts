// Where sensors of this machine usually write, and what of it is there: each place is said, taken or not, and why.
import { readdir, realpath, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Fault } from '../core/fault.ts'
import { findInputs } from './find-inputs.ts'

export type FoundSensor = { readonly path: string; readonly why: string }
export type FoundSensors = {
  readonly taken: readonly FoundSensor[]
  /** Places that are there and were not taken. */
  readonly passedOver: readonly FoundSensor[]
  /** Usual places that are not there. */
  readonly absent: readonly string[]
}

/** Of several files that hold the same alerts the first that can be read is taken. */
type Place =
  | { readonly kind: 'files'; readonly sensor: string; readonly folder: string; readonly files: readonly string[] }
  | { readonly kind: 'logs'; readonly sensor: string; readonly folder: string }

/** Below the root; the first of a sensor wins where two are one folder under two names. */
const places: readonly Place[] = [
  { kind: 'files', sensor: 'Suricata', folder: 'var/log/suricata', files: ['eve.json', 'fast.log'] },
  { kind: 'logs', sensor: 'Zeek', folder: 'opt/zeek/logs/current' },
  { kind: 'logs', sensor: 'Zeek', folder: 'usr/local/zeek/logs/current' },
  { kind: 'logs', sensor: 'Zeek', folder: 'var/log/zeek/current' },
  {
    kind: 'files',
    sensor: 'Snort',
    folder: 'var/log/snort',
    files: ['alert_json.txt', 'alert_fast.txt', 'alert'],
  },
]

/** What Zeek's manager writes beside its logs. */
const noLogs: ReadonlySet<string> = new Set(['stdout.log', 'stderr.log'])
/** A file of a sensor shows its format in its first lines. */
const linesMax = 1_000

/** @param root stands for `/`, where the machine's own file system lies elsewhere */
export async function findSensors(root: string, signal: AbortSignal): Promise<FoundSensors> {
  const taken: FoundSensor[] = []
  const passedOver: FoundSensor[] = []
  const absent: string[] = []
  const seen = new Set<string>()
  for (const place of places) {
    const folder = join(root, place.folder)
    const real = await realpath(folder).catch(() => undefined)
    if (real === undefined || seen.has(real)) {
      if (real === undefined) absent.push(folder)
      continue
    }
    seen.add(real)
    const paths = await pathsOf(place, folder)
    if (paths instanceof Fault) {
      passedOver.push({ path: folder, why: paths.what })
      continue
    }
    if (paths.length === 0) passedOver.push({ path: folder, why: `holds no log of ${place.sensor}` })
    let first: string | undefined
    for (const path of paths) {
      if (first !== undefined && place.kind === 'files') {
        passedOver.push({ path, why: `its alerts stand in ${basename(first)} too` })
        continue
      }
      const look = await lookAt(path, place, signal)
      if (look.take) first = path
      ;(look.take ? taken : passedOver).push({ path, why: look.why })
    }
  }
  return { taken, passedOver, absent }
}

async function pathsOf(place: Place, folder: string): Promise<readonly string[] | Fault> {
  try {
    const names = (await readdir(folder, { withFileTypes: true })).filter((entry) => !entry.isDirectory())
    const there = new Set(names.map(({ name }) => name))
    const wanted =
      place.kind === 'files'
        ? place.files.filter((name) => there.has(name))
        : [...there].filter((name) => name.endsWith('.log') && !noLogs.has(name)).sort()
    return wanted.map((name) => join(folder, name))
  } catch (cause) {
    return new Fault('input.unreadable', { what: 'cannot be listed by this user', cause })
  }
}

type Look = { readonly take: boolean; readonly why: string }

async function lookAt(path: string, { kind, sensor }: Place, signal: AbortSignal): Promise<Look> {
  try {
    const [input] = await findInputs(path, signal, linesMax)
    if (input?.kind === 'sensor') return { take: true, why: `${sensor} writes here (${input.format})` }
    // Its name tells; of Zeek's logs an empty one is none yet.
    const empty = (await stat(path)).size === 0
    if (empty && kind === 'files') return { take: true, why: `${sensor} writes here, nothing yet` }
    return { take: false, why: input?.reason ?? 'it is gone' }
  } catch (error) {
    if (signal.aborted) throw error
    return { take: false, why: 'cannot be read by this user' }
  }
}
