import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { newKey, pendingKey, readIdentities } from './identity.ts'
import { renewAt } from '../../platform/renew-at.ts'

function inFolder(run: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-'))
  try {
    run(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test('security S19: the folder of the keys is 0700, a key 0600', () =>
  inFolder((folder) => {
    newKey(folder)
    assert.equal(statSync(join(folder, 'identity')).mode & 0o777, 0o700)
    assert.equal(statSync(join(folder, 'identity/key-1.pem')).mode & 0o777, 0o600)
  }))

test('security 2: a key that waits for its certificate is used again, also after a restart', () =>
  inFolder((folder) => {
    const first = pendingKey(folder)
    assert.deepEqual(pendingKey(folder), first)
    assert.deepEqual(readdirSync(join(folder, 'identity')), ['key-1.pem'])
    assert.deepEqual(readIdentities(folder), [])
  }))

test('security S19: a folder or a key that others can read is refused', () =>
  inFolder((folder) => {
    pendingKey(folder)
    chmodSync(join(folder, 'identity/key-1.pem'), 0o644)
    assert.throws(() => pendingKey(folder), { code: 'identity.key.loose' })
    chmodSync(join(folder, 'identity/key-1.pem'), 0o600)
    chmodSync(join(folder, 'identity'), 0o755)
    assert.throws(() => pendingKey(folder), { code: 'identity.key.loose' })
  }))

test('security 3.1: renewal is due at two thirds of life, up to 10 % earlier or later, always the same for one', () => {
  const day = 86_400_000
  const at = (serial: string) => renewAt({ serial, notBefore: 0, notAfter: 90 * day })
  const dues = Array.from({ length: 500 }, (_, index) => at(`serial ${index}`))
  assert(Math.min(...dues) >= 54 * day && Math.max(...dues) <= 66 * day)
  assert(Math.max(...dues) - Math.min(...dues) > 11 * day, 'spread')
  assert.equal(at('a'), at('a'))
})
