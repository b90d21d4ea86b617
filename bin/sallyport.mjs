#!/usr/bin/env -S node --disable-warning=ExperimentalWarning
// Entry of the command line. Plain JavaScript, so that a Node which cannot run TypeScript can say so.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

// Overwrites the words of the command, which every user of the machine can read in ps, before anything else is loaded.
process.title = 'sallyport'
const major = Number(process.versions.node.split('.')[0])
if (major < 24) {
  const shellLine = fileURLToPath(new URL('sallyport', import.meta.url))
  // In a checkout beside this file, in a package below node_modules.
  const pinned = ['../node_modules/.bin/node', '../../.bin/node']
    .map((path) => fileURLToPath(new URL(path, import.meta.url)))
    .find((path) => existsSync(path))
  const word = (path) => (/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`)
  const typed = existsSync(shellLine)
    ? `Type \`sh ${word(shellLine)} …\`: it takes the Node of the checkout and sets that up where it is missing`
    : pinned === undefined
      ? 'Install Node 24 or newer'
      : `Type \`${word(pinned)} ${word(fileURLToPath(import.meta.url))} …\`: it is the Node that came with the package`
  console.error(`error: Node ${process.versions.node} cannot run this; it takes Node 24 or newer.\nfix:   ${typed}.`)
  process.exitCode = 1
} else {
  const { keepCompiled } = await import('./keep-compiled.mjs')
  keepCompiled()
  // A package holds what tsc made of src/: Node strips no types below node_modules.
  const source = new URL('../src/units/cli.ts', import.meta.url)
  const { main } = await import(existsSync(source) ? source.href : new URL('../lib/units/cli.js', import.meta.url).href)
  process.exitCode = await main(process.argv.slice(2))
}
