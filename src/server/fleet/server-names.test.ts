// Names of a server: one form, and how far they reach.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Fault } from '../../core/fault.ts'
import { formatServerName, parseServerName, reachOf } from './server-names.ts'

const valid: readonly [string, string][] = [
  ['exchange.example', 'exchange.example:8444'],
  ['Exchange.Example.:443', 'exchange.example:443'],
  ['192.0.2.7', '192.0.2.7:8444'],
  ['2001:DB8:0::7', '[2001:db8::7]:8444'],
  ['[2001:db8::7]:443', '[2001:db8::7]:443'],
  ['bücher.example:1', 'xn--bcher-kva.example:1'],
  ['::ffff:192.0.2.7', '192.0.2.7:8444'],
  ['sensor_net.example', 'sensor_net.example:8444'],
]
for (const [text, form] of valid)
  test(`server name: ${text} is ${form}`, () => assert.equal(formatServerName(parseServerName(text, 8444)), form))

for (const text of [
  '',
  'a b',
  'a/b',
  'a@b',
  'a:99999',
  'a:b',
  '[::1',
  'https://a',
  'a..b',
  '-a.example',
  '192.0.2.300',
])
  test(`server name: "${text}" is refused`, () =>
    assert.throws(
      () => parseServerName(text, 8444),
      (error) => error instanceof Fault && error.code === 'enrolment.token.name',
    ))

const reaches: readonly [string, string][] = [
  ...['127.0.0.1', '127.9.9.9', '127.1', '0x7f.1', '2130706433', '::1', '::ffff:127.0.0.1'].map(loop),
  ...['localhost', 'LOCALHOST', 'a.localhost'].map(loop),
  ...['0.0.0.0', '::', '*', '0'].map((host): [string, string] => [host, 'wildcard']),
  ...['192.0.2.7', '2001:db8::7', 'exchange.example', '10.0.0.1', 'localhost.example'].map((host): [string, string] => [
    host,
    'wide',
  ]),
]
for (const [host, reach] of reaches)
  test(`server name: ${host} reaches ${reach}`, () => assert.equal(reachOf(host), reach))

function loop(host: string): [string, string] {
  return [host, 'loopback']
}
