import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { bans, deviceClosure, installedPackages } from './device-closure.ts'
import { partOf, parts, units } from './parts.ts'
import { codeOnly, importsOf, packageOf, root, type SourceFile, sourceFiles } from './source-tree.ts'

const files = sourceFiles('src')
const byPath = new Map(files.map((file) => [file.path, file]))

/** @returns what breaks a direction rule, as `file:line imports what: why` */
function directionFaults(of: readonly SourceFile[]): readonly string[] {
  return of.flatMap((file) => {
    const part = partOf(file.path)
    return file.imports.flatMap((imported) => {
      const say = (why: string): readonly string[] => [
        `${file.path}:${imported.line} imports ${imported.specifier}: ${why}`,
      ]
      const target = imported.file
      if (target?.startsWith('test/') && file.isTest) return []
      if (target !== undefined && !target.startsWith('src/')) return say('it is outside src')
      if (part === undefined) return []
      if (target === undefined) {
        const name = packageOf(imported)
        if (file.isTest) return []
        if (name === undefined && part.node === false) return say(`${part.name} must not import modules of Node`)
        if (name !== undefined && part.packages !== undefined && !part.packages.includes(name))
          return say(`${part.name} may import only ${part.packages.join(', ')}`)
        return []
      }
      const other = partOf(target)
      if (other === undefined) return say('only an entry point may import a unit')
      // A test brings the real sibling, as units does.
      if (other !== part && !part.mayImport.includes(other.name) && !file.isTest)
        return say(
          `${part.name} may import ${['itself', ...part.mayImport].join(', ')}; a sibling comes in as a port, through units`,
        )
      return []
    })
  })
}

test('architecture: core ← wire ← every part, platform beside core, and parts meet only in wire and units', () => {
  assert.deepEqual(directionFaults(files.filter(({ path }) => path !== 'src/units/cli.ts')), [])
})

test('architecture: the rules see what they must see', () => {
  const file = (path: string, text: string): SourceFile => ({
    path,
    text,
    imports: importsOf(path, text),
    isTest: false,
  })
  const faulty: readonly (readonly [string, string])[] = [
    ['src/core/a.ts', "import { x } from '../wire/status.ts'"],
    ['src/core/a.ts', "import { readFileSync } from 'node:fs'"],
    ['src/core/a.ts', "import { Type } from 'typebox'"],
    ['src/wire/a.ts', "import type { Clock } from '../platform/clock.ts'"],
    ['src/platform/a.ts', "import { Fault } from '../core/fault.ts'"],
    ['src/server/ingest/a.ts', "import type {\n  Fleet,\n} from '../fleet/fleet.ts'"],
    ['src/server/fleet/a.ts', "export { read } from '../../sensors/formats.ts'"],
    ['src/cli/a.ts', "const journal = await import('../server/journal/journal.ts')"],
    ['src/console/a.ts', "import { join } from 'node:path'"],
    ['src/console/a.ts', "import { systemClock } from '../platform/clock.ts'"],
    ['src/device/hop/a.ts', "import '../connector/connector.ts'"],
    ['src/threat-response/a.ts', "import { startExchange } from '../units/exchange.ts'"],
  ]
  for (const [path, text] of faulty) assert.equal(directionFaults([file(path, text)]).length, 1, `${path}: ${text}`)
  const right: readonly (readonly [string, string])[] = [
    ['src/core/a.ts', "import ipaddr from 'ipaddr.js'"],
    ['src/server/journal/a.ts', "import { formats } from '../../sensors/formats.ts'"],
    ['src/device/event-handler/a.ts', "import { formats } from '../../sensors/formats.ts'"],
    ['src/threat-response/graph/a.ts', "import { x } from '../enrich/x.ts'"],
    ['src/units/a.ts', "import { x } from '../server/fleet/fleet.ts'"],
  ]
  for (const [path, text] of right) assert.deepEqual(directionFaults([file(path, text)]), [], `${path}: ${text}`)
  assert.deepEqual(
    importsOf('src/a/b.ts', 'new URL(`./x.worker${extname(import.meta.filename)}`, import.meta.url)').map(
      ({ file: to }) => to,
    ),
    ['src/a/x.worker.ts'],
  )
})

test('architecture: every folder of src is a part with a rule, and every import leads to a file', () => {
  for (const entry of readdirSync(join(root, 'src'), { withFileTypes: true })) {
    assert.ok(entry.isDirectory(), `src/${entry.name}: sources stand in parts`)
    const folder = `src/${entry.name}/`
    assert.ok(
      folder === units || parts.some((part) => part.folder.startsWith(folder)),
      `${folder} has no rule in test/parts.ts`,
    )
  }
  const missing = files.flatMap(({ path, imports }) =>
    imports.flatMap(({ file, line }) =>
      file === undefined || existsSync(join(root, file)) ? [] : [`${path}:${line} ${file}`],
    ),
  )
  assert.deepEqual(missing, [])
})

test('architecture: nothing that runs imports a test or what only tests use', () => {
  const faults = files
    .filter(({ isTest }) => !isTest)
    .flatMap(({ path, imports }) =>
      imports
        .filter(({ file }) => file !== undefined && byPath.get(file)?.isTest)
        .map(({ file }) => `${path} imports ${file}`),
    )
  // One part's memory adapter is a real choice for a site without processes; it says so in its first comment.
  assert.deepEqual(
    faults.filter((fault) => !fault.endsWith('imports src/device/hop/hop-memory.ts')),
    [],
  )
})

/** @returns the first cycle found as a path of files, or undefined */
function cycle(of: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
  const done = new Set<string>()
  const way: string[] = []
  const visit = (node: string): readonly string[] | undefined => {
    if (way.includes(node)) return [...way.slice(way.indexOf(node)), node]
    if (done.has(node)) return undefined
    way.push(node)
    for (const next of of.get(node) ?? []) {
      const found = visit(next)
      if (found !== undefined) return found
    }
    way.pop()
    done.add(node)
    return undefined
  }
  for (const node of of.keys()) {
    const found = visit(node)
    if (found !== undefined) return found
  }
  return undefined
}

test('architecture: no cycles between files, types included', () => {
  const graph = new Map(files.map(({ path, imports }) => [path, imports.flatMap(({ file }) => file ?? [])]))
  assert.deepEqual(cycle(graph), undefined)
  assert.deepEqual(
    cycle(
      new Map([
        ['a', ['b']],
        ['b', ['c']],
        ['c', ['b']],
      ]),
    ),
    ['b', 'c', 'b'],
  )
})

/** Types of functions only count as methods of a type that is declared at the top level, as biome formats it. */
function methodsOf(text: string): ReadonlyMap<string, number> {
  const counted = new Map<string, number>()
  const code = codeOnly(text)
  for (const match of code.matchAll(
    /^(?:export )?(?:type (\w+)(?:<[^=]*>)? = (?:[\w.<>]+ & )*|interface (\w+)[^{]*)\{\n([\s\S]*?)^\}/gm,
  )) {
    const methods = (match[3] ?? '').match(
      /^ {2}(?:readonly )?\w+\??(?:<[^>]*>)?(?:\(|: (?:\([^)]*\)|<[^>]*>\([^)]*\)) =>)/gm,
    )
    counted.set(match[1] ?? match[2] ?? '', methods?.length ?? 0)
  }
  return counted
}

/** What a part offers to several siblings at once: each of the ports it fulfils is counted where it is declared. */
const facades: ReadonlyMap<string, string> = new Map([
  ['src/server/journal/journal.ts Journal', 'fulfils ingest’s Store and the API’s EventReader and LedgerReader'],
])

test('architecture: a port has at most eight methods', () => {
  const text =
    'export type Port = {\n  /** x */\n  readonly a: number\n  b(x: number): void\n  readonly c: () => void\n  d?(): void\n}\n'
  assert.deepEqual([...methodsOf(text)], [['Port', 3]])
  const large = files
    .filter(({ path }) => !path.startsWith('src/console/'))
    .flatMap(({ path, text: source }) =>
      [...methodsOf(source)].map(([name, count]) => ({ where: `${path} ${name}`, count })),
    )
    .filter(({ count }) => count > 8)
  assert.deepEqual(
    large.filter(({ where }) => !facades.has(where)),
    [],
  )
  for (const where of facades.keys())
    assert.ok(
      large.some((port) => port.where === where),
      `${where} is no exception any more`,
    )
})

test('architecture: the device can be packed without the server, the console and their packages', () => {
  const closure = deviceClosure(files)
  for (const { name, why } of bans) {
    assert.ok(!closure.packages.includes(name), `the device must not hold ${name}: ${why}`)
    assert.ok(installedPackages().has(name), `the ban on ${name} can go: nobody uses it`)
  }
  const strangers = closure.files.filter((path) =>
    /^src\/(?:server|threat-response|console|doctor\/server)\//.test(path),
  )
  assert.deepEqual(strangers, [])
  assert.ok(closure.packages.length <= 45, `${closure.packages.length} packages in the device; at most 45`)
})

test('architecture: the connector, and who supervises a device, start without the library of schemas', () => {
  const refuse = `import { registerHooks } from 'node:module'
    registerHooks({ resolve: (name, context, next) => {
      if (name.startsWith('typebox')) throw new Error(name + ' is loaded by ' + context.parentURL)
      return next(name, context)
    } })
    for (const file of process.argv.slice(1)) await import(file)`
  const started = ['device/connector/connector.ts', 'device/hop/hop-zeromq.ts', 'units/device-command.ts']
  const urls = started.map((file) => pathToFileURL(join(root, 'src', file)).href)
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', refuse, ...urls], {
    encoding: 'utf8',
  })
  assert.equal(status, 0, stderr)
})
