#!/usr/bin/env -S node --disable-warning=ExperimentalWarning
// Entry of the command line. Plain JavaScript, so that a Node which cannot run TypeScript can say so.
import { existsSync } from 'node:fs'

const major = Number(process.versions.node.split('.')[0])
if (major < 24) {
  console.error(
    `error: Node ${process.versions.node} is too old, and no pinned Node exists for this platform. fix: install Node 24 or newer.`,
  )
  process.exitCode = 1
} else {
  const { keepCompiled } = await import('./keep-compiled.mjs')
  keepCompiled()
  // A package holds what tsc made of src/: Node strips no types below node_modules.
  const source = new URL('../src/units/cli.ts', import.meta.url)
  const { main } = await import(existsSync(source) ? source.href : new URL('../lib/units/cli.js', import.meta.url).href)
  process.exitCode = await main(process.argv.slice(2))
}
