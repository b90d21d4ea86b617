import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Fault } from '../../core/fault.ts'
import { decodeToken, encodeToken, type TokenParts, tokenForLog } from './token.ts'

const parts: TokenParts = {
  addresses: ['exchange.example:8444', '192.0.2.7:8444', '[2001:db8::7]:8444'],
  pins: ['A'.repeat(43)],
  user: 'tAbCdEfGhIjKlMnO',
  key: 'k'.repeat(32),
  expires: 1_780_000_000,
  organisation: 'acme',
}

test('security 2: a token comes back whole, in the documented alphabet', () => {
  const token = encodeToken(parts)
  assert.match(token, /^spt1_[A-Za-z0-9_-]+$/)
  assert.deepEqual(decodeToken(token), parts)
})

test('security 2: white space, quotes and zero-width characters of a paste are removed', () => {
  const token = encodeToken(parts)
  const wrapped = ` "${token.slice(0, 40)}\n  ${token.slice(40, 90)}\u200b${token.slice(90)}”\ufeff\r\n`
  assert.deepEqual(decodeToken(wrapped), parts)
})

test('security 2: any cut and any altered character is enrolment.token.damaged', () => {
  const token = encodeToken(parts)
  for (let end = 0; end < token.length; end++) assert.equal(codeOf(token.slice(0, end)), 'enrolment.token.damaged')
  fc.assert(
    fc.property(fc.nat(token.length - 6), fc.constantFrom(...'AZaz09_-'), (at, character) => {
      const index = at + 5
      if (token[index] === character) return
      assert.equal(codeOf(token.slice(0, index) + character + token.slice(index + 1)), 'enrolment.token.damaged')
    }),
  )
})

test('security 2: an unknown version is named, unknown members are ignored', () => {
  assert.equal(codeOf('spt2_abc'), 'enrolment.token.version')
  assert.equal(codeOf('0123456789abcdef0123456789abcdef'), 'enrolment.token.damaged')
  const more = { ...parts, unknown: true }
  assert.deepEqual(decodeToken(encodeToken(more)), parts)
})

test('security 2: a log shows the prefix and the user, never the key', () => {
  assert.equal(tokenForLog(parts), 'spt1_…tAbCdEfGhIjKlMnO')
})

function codeOf(text: string): string {
  try {
    decodeToken(text)
    return 'none'
  } catch (error) {
    assert(error instanceof Fault)
    return error.code
  }
}
