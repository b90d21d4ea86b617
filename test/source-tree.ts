// The sources as the architecture and tidy tests see them: files, their imports by a scan of the text (TypeScript 7 has no
// stable compiler API), and their code without comments and strings.
import { readFileSync, readdirSync } from 'node:fs'
import { dirname, join, normalize, relative, resolve } from 'node:path'

export const root = resolve(import.meta.dirname, '..')

export type Import = {
  /** As written. */
  readonly specifier: string
  /** Path from the root where it is a file of ours, else undefined. */
  readonly file: string | undefined
  readonly typeOnly: boolean
  readonly line: number
}

export type SourceFile = {
  /** Path from the root, with `/`. */
  readonly path: string
  readonly text: string
  readonly imports: readonly Import[]
  /** Run by tests only: nothing that runs may import it. */
  readonly isTest: boolean
}

/** @returns the TypeScript files below the folders, by path */
export function sourceFiles(...folders: readonly string[]): readonly SourceFile[] {
  return folders
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.name.endsWith('.d.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort()
    .map(readSource)
}

function readSource(path: string): SourceFile {
  const text = readFileSync(join(root, path), 'utf8')
  return { path, text, imports: importsOf(path, text), isTest: isTestFile(path) }
}

/** Tests, contract suites, and what only they use: `-fixture`, `-memory` and `-fake` stand beside what they serve. */
export function isTestFile(path: string): boolean {
  return path.startsWith('test/') || /(?:\.test|\.contract|-fixture|-memory|-fake|-faulty)\.tsx?$/.test(path)
}

const statement = /^(?:import|export)\b(?:\s+(type)\b)?(?:[^'";]*?\bfrom\s*)?\s*'([^']+)'/gm
const dynamic = /\bimport\(\s*'([^']+)'/g
/** `new URL('./x.worker…', import.meta.url)`, and the name of a script beside the file: a thread or process is an import too. */
const worker = /[`']\.?\/?((?:\$\{name\}|[a-z-]+)\.(?:worker|process))\$\{extname\(import\.meta\.filename\)\}[`']/g

/** @returns what a file imports, in order; also of workers and child processes that it starts by file name */
export function importsOf(path: string, text: string): readonly Import[] {
  const found = [
    ...[...text.matchAll(statement)].map((match) => made(match.index, match[2] ?? '', match[1] === 'type')),
    ...[...text.matchAll(dynamic)].map((match) => made(match.index, match[1] ?? '', false)),
    ...[...text.matchAll(worker)].flatMap((match) => {
      const name = match[1] ?? ''
      return name.startsWith('$') ? [] : [made(match.index, `./${name}.ts`, false)]
    }),
  ]
  return found.sort((a, b) => a.line - b.line)

  function made(index: number, specifier: string, typeOnly: boolean): Import {
    const file = specifier.startsWith('.') ? normalize(join(dirname(path), specifier)).replaceAll('\\', '/') : undefined
    return { specifier, file, typeOnly, line: text.slice(0, index).split('\n').length }
  }
}

/** @returns the package of an import (`@scope/name` or `name`), undefined for Node's own and for files */
export function packageOf({ specifier, file }: Import): string | undefined {
  if (file !== undefined || specifier.startsWith('node:')) return undefined
  const parts = specifier.split('/')
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0]
}

/** @returns the code with comments, strings and regular expressions blanked, every line and column in its place */
export function codeOnly(text: string): string {
  return text.replace(
    /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`|(?<=(?:^|[=(,:[!&|?{};\n]|return)\s*)\/(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/g,
    (match) => match.replace(/[^\n]/g, ' '),
  )
}
