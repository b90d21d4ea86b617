import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatAddress, parseAddress } from './address.ts'

test('console-and-cli 10: an address is host and port, IPv6 in brackets, and is written as it is read', () => {
  const cases = [
    ['127.0.0.1:8443', { host: '127.0.0.1', port: 8443 }],
    ['[::1]:0', { host: '::1', port: 0 }],
    ['[fe80::1%eth0]:1', { host: 'fe80::1%eth0', port: 1 }],
    ['exchange.example:65535', { host: 'exchange.example', port: 65_535 }],
  ] as const
  for (const [text, address] of cases) {
    assert.deepEqual(parseAddress(text), address)
    assert.equal(formatAddress(address), text)
  }
  for (const text of ['', '8443', ':8443', '::1:8443', '127.0.0.1', '127.0.0.1:', '127.0.0.1:65536', 'a b:1', 'a/b:1'])
    assert.throws(() => parseAddress(text), RangeError, text)
})
