// The built console against its budgets of size, and that nothing in it comes from elsewhere (console-and-cli 6).
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { consoleFolder } from './stub-server.ts'

const needsBuild = existsSync(join(consoleFolder, 'manifest.json'))
  ? {}
  : { skip: 'NOT TESTED: dist/console is not built; run `npm run build:console`' }

type Chunk = {
  readonly file: string
  readonly src?: string
  readonly isEntry?: boolean
  readonly imports?: readonly string[]
  readonly css?: readonly string[]
}

const gzipped = (file: string) => gzipSync(readFileSync(join(consoleFolder, file)), { level: 9 }).length

/** Bytes, gzip, of a chunk with all it loads before it runs. */
function firstScreen(manifest: Readonly<Record<string, Chunk>>, keys: readonly string[]): number {
  const files = new Set<string>()
  const visit = (key: string) => {
    const chunk = manifest[key]
    assert.ok(chunk, `the build has ${key}`)
    for (const file of [chunk.file, ...(chunk.css ?? [])]) files.add(file)
    for (const next of chunk.imports ?? []) visit(next)
  }
  for (const key of keys) visit(key)
  return [...files].reduce((sum, file) => sum + gzipped(file), 0)
}

test(
  'console 6, budget: the first screen is at most 200 kB without the graph, all of it at most 400 kB',
  needsBuild,
  (t) => {
    const manifest: Record<string, Chunk> = JSON.parse(readFileSync(join(consoleFolder, 'manifest.json'), 'utf8'))
    for (const page of [
      'investigate/investigate-page.tsx',
      'events/events-page.tsx',
      'devices/devices-page.tsx',
      'modules/modules-page.tsx',
    ]) {
      const bytes = firstScreen(manifest, ['index.html', page])
      t.diagnostic(`${page}: ${bytes} bytes gzip`)
      assert.ok(bytes <= 200_000, `${page} needs ${bytes} bytes`)
    }
    const graph = manifest['investigate/graph-panel.tsx']?.file ?? ''
    assert.ok(!JSON.stringify(manifest['index.html']?.imports).includes(graph), 'the graph is loaded on demand')
    const whole = readdirSync(join(consoleFolder, 'assets')).reduce(
      (sum, file) => sum + gzipped(join('assets', file)),
      0,
    )
    t.diagnostic(`whole console: ${whole} bytes gzip`)
    assert.ok(whole <= 400_000, `the whole console is ${whole} bytes`)
  },
)

test('console 5: the build asks nothing of anyone else and has nothing inline', needsBuild, () => {
  const html = readFileSync(join(consoleFolder, 'index.html'), 'utf8')
  assert.doesNotMatch(html, /https?:|<style|<script(?![^>]*src=)|\son\w+=|style=/)
  for (const file of readdirSync(join(consoleFolder, 'assets')).filter((name) => name.endsWith('.css')))
    assert.doesNotMatch(
      readFileSync(join(consoleFolder, 'assets', file), 'utf8'),
      /url\(\s*["']?(?:https?:)?\/\//,
      file,
    )
})

test('console: every variable that a style sheet reads without a fallback is set somewhere', needsBuild, () => {
  const sheets = readdirSync(join(consoleFolder, 'assets'))
    .filter((name) => name.endsWith('.css'))
    .map((name) => readFileSync(join(consoleFolder, 'assets', name), 'utf8'))
    .join('\n')
  const set = new Set([...sheets.matchAll(/(--[\w-]+)\s*:/g)].map(([, name]) => name))
  // Those of a component itself are set on its element by Mantine.
  const read = [...sheets.matchAll(/var\((--mantine-[\w-]+)\)/g)].map(([, name = '']) => name)
  assert.deepEqual([...new Set(read)].filter((name) => !set.has(name)).sort(), [])
})
