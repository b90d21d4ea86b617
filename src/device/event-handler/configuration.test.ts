import assert from 'node:assert/strict'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { Fault } from '../../core/fault.ts'
import { checkConfiguration, readConfiguration, writeConfiguration } from './configuration.ts'

const right = {
  v: 1 as const,
  device: 'sensor-1',
  sources: [{ name: 'eve', path: '/var/log/suricata/eve.json', format: 'auto' as const }],
  selection: ['intrusion' as const],
  spool: { bytesMax: 2 ** 31 },
}

const tcp = { kind: 'syslog', transport: 'tcp', address: '127.0.0.1', port: 514 }
const withSource = (source: object) => ({ ...right, sources: [{ name: 'a', format: 'auto', ...source }] })

const wrong: readonly { readonly why: string; readonly value: unknown; readonly names: RegExp }[] = [
  { why: 'no object', value: 7, names: /the whole/ },
  { why: 'another version', value: { ...right, v: 2 }, names: /\bv\b/ },
  { why: 'a device that is none', value: { ...right, device: 'Sensor 1' }, names: /device/ },
  { why: 'an unknown member', value: { ...right, colour: 'red' }, names: /./ },
  {
    why: 'an unknown format',
    value: { ...right, sources: [{ ...right.sources[0], format: 'xml' }] },
    names: /sources\.0\.format/,
  },
  { why: 'a source without path', value: { ...right, sources: [{ name: 'a', format: 'auto' }] }, names: /sources\.0/ },
  {
    why: 'a name twice',
    value: { ...right, sources: [right.sources[0], right.sources[0]] },
    names: /sources\.1\.name/,
  },
  { why: 'an unknown kind', value: withSource({ kind: 'pipe' }), names: /sources\.0\.kind must be "file"/ },
  {
    why: 'a relative socket',
    value: withSource({ kind: 'unix', path: 'a' }),
    names: /sources\.0\.path must be absolute/,
  },
  {
    why: 'a format with header lines on a socket',
    value: withSource({ kind: 'unix', path: '/a', format: 'zeek/tsv' }),
    names: /sources\.0\.format/,
  },
  { why: 'no transport', value: withSource({ kind: 'syslog' }), names: /sources\.0\.transport must be "udp"/ },
  { why: 'a name for an address', value: withSource({ ...tcp, address: 'localhost' }), names: /sources\.0\.address/ },
  {
    why: 'TLS with half of its files',
    value: withSource({ ...tcp, transport: 'tls', certificate: '/c.pem' }),
    names: /sources\.0 .*key/,
  },
  {
    why: 'TLS with files and names for the exchange',
    value: withSource({ ...tcp, transport: 'tls', certificate: '/c.pem', key: '/k.pem', hosts: ['a.lab'] }),
    names: /sources\.0/,
  },
  { why: 'an unknown class', value: { ...right, selection: ['everything'] }, names: /selection/ },
  { why: 'a spool too small', value: { ...right, spool: { bytesMax: 1 } }, names: /spool\.bytesMax/ },
]

test('event-handler: a configuration that does not fit names the member', () => {
  for (const { why, value, names } of wrong)
    assert.throws(
      () => checkConfiguration(value),
      (error) => error instanceof Fault && error.code === 'configuration.invalid' && names.test(error.what),
      why,
    )
})

test('event-handler: a configuration is written as a whole, private, and read back', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'configuration-'))
  const path = join(folder, 'deep', 'event-handler.json')
  writeConfiguration(path, right)
  assert.equal((await stat(path)).mode & 0o777, 0o600)
  assert.deepEqual(readConfiguration(path), right)
  await writeFile(path, '{"v":1,')
  assert.throws(
    () => readConfiguration(path),
    (error) => error instanceof Fault && error.code === 'configuration.invalid',
  )
  await rm(folder, { recursive: true })
})
