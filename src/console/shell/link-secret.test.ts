import assert from 'node:assert/strict'
import { test } from 'node:test'
import { linkSecret, secretOfFragment } from './link-secret.ts'

test('console, sign-in: the whole link, its last part, or the secret alone are all understood', () => {
  const cases = [
    'https://127.0.0.1:8443/signin#link=abc-_1',
    'https://127.0.0.1:8443/signin?link=abc-_1',
    ' http://localhost:8443/#/signin?link=abc-_1&x=y ',
    'https://127.0.0.1:8443/signin/abc-_1',
    'abc-_1',
  ]
  for (const pasted of cases) assert.equal(linkSecret(pasted), 'abc-_1', pasted)
  assert.equal(linkSecret('x?link=100%'), '100%')
})

test('console, sign-in: the fragment of the address gives its secret, and nothing else does', () => {
  for (const fragment of ['link=abc-_1', '#link=abc-_1', 'x=y&link=abc-_1'])
    assert.equal(secretOfFragment(fragment), 'abc-_1')
  for (const fragment of ['', '#', 'link=', 'abc', 'unlink=abc']) assert.equal(secretOfFragment(fragment), '')
})
