import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { Fault } from '../../core/fault.ts'
import {
  defaultProperties,
  formatProperties,
  parseProperties,
  propertiesOfEnvironment,
  readProperties,
} from './properties.ts'

const good = 'registration_interval=180\nconnector_port=8989\nconnector_fqdn=exchange.example\n'

test('original-system A9: the three keys are read, the port of the exchange is 8444 unless said', () => {
  assert.deepEqual(parseProperties(good, 'f'), {
    registrationInterval: 180,
    connectorPort: 8989,
    connectorFqdn: { host: 'exchange.example', port: 8444 },
  })
})

test('original-system A9: every form that Java writes is read', () => {
  const text =
    '# a comment\r\n! another\r\n  registration_interval : 60\r\nconnector_port 0\r\nconnector_fqdn = \\\r\n  [2001:db8::1]:9000\r\n'
  assert.deepEqual(parseProperties(text, 'f'), {
    registrationInterval: 60,
    connectorPort: 0,
    connectorFqdn: { host: '2001:db8::1', port: 9000 },
  })
})

test('original-system A11.8: what is wrong is named by file, line and key', () => {
  const cases: readonly [text: string, where: RegExp, why: string][] = [
    [`${good}spool=1\n`, /f:4: unknown key "spool"/, 'unknown'],
    [`${good}connector_port=1\n`, /f:4: connector_port stands already in line 2/, 'duplicate'],
    ['registration_interval=often\n', /f:1: registration_interval: "often"/, 'no number'],
    ['\n\nconnector_port=70000\n', /f:3: connector_port/, 'out of bounds'],
    ['connector_fqdn=https://exchange.example/\n', /f:1: connector_fqdn/, 'a URL'],
    ['connector_fqdn=exchange.example:0\n', /f:1: connector_fqdn/, 'no port'],
    ['connector_fqdn=-x.example\n', /f:1: connector_fqdn/, 'no name'],
    ['registration_interval=180\nconnector_port=8989\n', /f: connector_fqdn is missing/, 'missing'],
  ]
  for (const [text, where, why] of cases)
    assert.throws(
      () => parseProperties(text, 'f'),
      (error) => error instanceof Fault && error.code === 'properties.invalid' && where.test(error.what),
      why,
    )
})

test('original-system A11.8: no file is no fault, a file that cannot be read is one', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-'))
  try {
    assert.equal(readProperties(join(folder, 'none')), undefined)
    assert.throws(() => readProperties(folder), { code: 'properties.invalid' })
    writeFileSync(join(folder, 'large'), `#${' '.repeat(100_000)}`)
    assert.throws(() => readProperties(join(folder, 'large')), { code: 'properties.invalid' })
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('issue 8.4: SALLYPORT_ variables are read like the keys, and named when wrong', () => {
  assert.deepEqual(propertiesOfEnvironment({ SALLYPORT_CONNECTOR_FQDN: 'other.example:1', HOME: '/' }), {
    connectorFqdn: { host: 'other.example', port: 1 },
  })
  assert.throws(() => propertiesOfEnvironment({ SALLYPORT_CONNECTOR_PORT: 'x' }), /SALLYPORT_CONNECTOR_PORT/)
})

test('original-system A9: what enrolment writes is read back', () => {
  for (const host of ['exchange.example', '192.0.2.1', '2001:db8::1']) {
    const properties = defaultProperties({ host, port: 8444 })
    assert.deepEqual(parseProperties(formatProperties(properties), 'f'), properties)
  }
})
