// What a device is made of: the files that its unit reaches, and every package they bring (docs/device-closure.txt).
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageOf, root, type SourceFile } from './source-tree.ts'

export type Closure = {
  readonly files: readonly string[]
  /** All packages, those of packages included, without platform variants. */
  readonly packages: readonly string[]
}

/** What a firewall must never carry, and why. */
export const bans: readonly { readonly name: string; readonly why: string }[] = [
  { name: 'fastify', why: 'the local API is four routes of node:http' },
  { name: '@fastify/static', why: 'the console is served by the server' },
  { name: 'kysely', why: 'state in SQL is the server’s' },
  { name: 'tldts', why: 'inspecting text is threat response’s' },
  { name: 'react', why: 'the console is built for browsers' },
]

/** Its command line, which starts its processes: what npm run pack:device packs. */
const roots = ['src/units/device-cli.ts']

/** @param files of src */
export function deviceClosure(files: readonly SourceFile[]): Closure {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const reached = new Set<string>()
  const todo = roots.filter((path) => byPath.has(path))
  if (todo.length === 0)
    todo.push(...files.filter(({ path, isTest }) => path.startsWith('src/device/') && !isTest).map(({ path }) => path))
  const packages = new Set<string>()
  for (let path = todo.pop(); path !== undefined; path = todo.pop()) {
    if (reached.has(path)) continue
    reached.add(path)
    for (const imported of byPath.get(path)?.imports ?? []) {
      // Types are gone when it runs.
      if (imported.typeOnly) continue
      if (imported.file !== undefined) todo.push(imported.file)
      const name = packageOf(imported)
      if (name !== undefined) addPackage(name, packages)
    }
  }
  return { files: [...reached].sort(), packages: [...packages].sort() }
}

type Locked = { readonly dependencies?: Record<string, string>; readonly optionalDependencies?: Record<string, string> }
const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
  readonly packages: Record<string, Locked>
}

/** @returns names of all locked packages */
export function installedPackages(): ReadonlySet<string> {
  return new Set(
    Object.keys(lock.packages).map((path) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)),
  )
}

function addPackage(name: string, into: Set<string>): void {
  const locked = lock.packages[`node_modules/${name}`]
  if (into.has(name) || locked === undefined) return
  into.add(name)
  for (const next of Object.keys(locked.dependencies ?? {})) addPackage(next, into)
}

/** @returns the text of docs/device-closure.txt */
export function deviceClosurePage({ files, packages }: Closure): string {
  const folders = new Set(files.map((path) => path.slice(0, path.lastIndexOf('/') + 1)))
  return [
    '# What a device is made of. Written by: npm run docs. A new line here is a decision: it runs on a firewall.',
    '',
    `packages: ${packages.length}`,
    ...packages.map((name) => `  ${name}`),
    '',
    'folders:',
    ...[...folders].sort().map((folder) => `  ${folder}`),
    '',
  ].join('\n')
}
