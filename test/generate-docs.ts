// npm run docs: writes the generated pages; test/docs.test.ts fails where they differ.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { generatedPages } from './generated-pages.ts'
import { root } from './source-tree.ts'

for (const { path, text } of await generatedPages()) {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
  process.stderr.write(`${path}\n`)
}
