import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { test } from 'node:test'
import { cliReference } from './reference.ts'
import { testSession } from './session-fake.ts'

const page = resolve(import.meta.dirname, '../../docs/reference/cli.md')

test('style 2.9: docs/reference/cli.md is what the commands say (mend: SALLYPORT_WRITE_DOCS=1 node --test src/cli/reference.test.ts)', async () => {
  const made = await cliReference(testSession().session)
  if (process.env['SALLYPORT_WRITE_DOCS'] !== undefined) {
    mkdirSync(dirname(page), { recursive: true })
    writeFileSync(page, made)
  }
  assert.equal(readFileSync(page, 'utf8'), made)
})
