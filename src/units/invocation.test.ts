import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { invocationOf } from './invocation.ts'

test('console-and-cli 10: what is typed next begins as the program was called', (t) => {
  const [first, second] = ['a', 'b c'].map((name) => mkdtempSync(join(tmpdir(), `sallyport-${name}-`)))
  assert.ok(first !== undefined && second !== undefined)
  t.after(() => [first, second].forEach((folder) => rmSync(folder, { recursive: true })))
  for (const folder of [first, second]) writeFileSync(join(folder, 'sallyport'), '')
  const script = '/opt/sallyport/bin/sallyport.mjs'
  const path = `/nowhere:${first}:${second}`
  const cases: readonly (readonly [script: string, environment: NodeJS.ProcessEnv, expected: string, why: string])[] = [
    [script, { SALLYPORT_TYPED: 'bin/sallyport', PATH: path }, 'bin/sallyport', 'in a checkout, from its folder'],
    [script, { SALLYPORT_TYPED: '/o p/bin/sallyport' }, `'/o p/bin/sallyport'`, 'a blank in the path'],
    [script, { SALLYPORT_TYPED: join(first, 'sallyport'), PATH: path }, 'sallyport', 'first on the PATH'],
    [join(second, 'sallyport'), { PATH: path }, `'${second}/sallyport'`, 'another of that name is first on the PATH'],
    [join(first, 'sallyport'), { PATH: path }, 'sallyport', 'of the package, installed for everybody'],
    ['/x/.bin/sallyport', { npm_command: 'exec', PATH: '/x/.bin' }, 'npx sallyport', 'by npx'],
    [script, { SALLYPORT_TYPED: 'bin/sallyport', npm_command: 'run-script' }, 'bin/sallyport', 'by npm start'],
  ]
  for (const [called, environment, expected, why] of cases)
    assert.equal(invocationOf(called, environment), expected, why)
})
