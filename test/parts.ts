// The parts and what each may import (DESIGN "Parts"): core ← wire ← every part, platform beside core, and parts meet only
// in wire and in units.

export type Part = {
  readonly name: string
  /** Folder from the root, with a slash at the end. */
  readonly folder: string
  /** Names of parts whose files it may import, beside its own. */
  readonly mayImport: readonly string[]
  /** Packages it may import; absent = any of package.json. */
  readonly packages?: readonly string[]
  /** Whether it may import modules of Node. */
  readonly node?: false
}

const below = ['core', 'wire', 'platform'] as const

function part(folder: string, more: readonly string[] = []): Part {
  return { name: folder, folder: `src/${folder}/`, mayImport: [...below, ...more] }
}

export const parts: readonly Part[] = [
  { name: 'core', folder: 'src/core/', mayImport: [], packages: ['ipaddr.js'], node: false },
  { name: 'wire', folder: 'src/wire/', mayImport: ['core'] },
  { name: 'platform', folder: 'src/platform/', mayImport: [] },
  { name: 'sensors', folder: 'src/sensors/', mayImport: ['core'], packages: ['ipaddr.js'] },
  // The device glances at lines and the journal reads them: the formats are theirs to use.
  part('device/event-handler', ['sensors']),
  part('device/hop'),
  part('device/connector'),
  part('device/actuator'),
  part('device/pmtool'),
  part('server/api'),
  part('server/fleet'),
  part('server/ingest'),
  part('server/journal', ['sensors']),
  part('server/exchange'),
  part('server/manager'),
  part('server/accounts'),
  part('server/forward'),
  part('threat-response'),
  part('doctor'),
  part('cli'),
  part('demo'),
  // In the browser: the types of the API and pure values, nothing that runs in Node.
  { name: 'console', folder: 'src/console/', mayImport: ['core', 'wire'], node: false },
]

/** The composition roots: they alone see every part. */
export const units = 'src/units/'

/** @returns the part a file belongs to; undefined for units and for what is outside src */
export function partOf(path: string): Part | undefined {
  return parts.find(({ folder }) => path.startsWith(folder))
}
