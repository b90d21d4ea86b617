import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { runCli } from './main.ts'
import { allowList } from './region-allow-list.ts'
import { fakeDevice, fakePorts, fakeTerminal } from './session-fake.ts'

const roles = {
  api: 'https://exchange.example:8444',
  enrol: 'https://enrol.example',
  ingest: 'https://exchange.example:8444',
  messages: 'https://[2001:db8::1]:9000',
}

test('original-system A7: the allow-list has each name and port once, with its roles, and further names', () => {
  assert.deepEqual(allowList(roles, ['exchange.example:8444', 'second.example', 'third.example:443']), [
    { host: 'exchange.example', port: 8444, protocol: 'tcp', roles: ['api', 'ingest'] },
    { host: 'enrol.example', port: 443, protocol: 'tcp', roles: ['enrol'] },
    { host: '2001:db8::1', port: 9000, protocol: 'tcp', roles: ['messages'] },
    { host: 'second.example', port: 8444, protocol: 'tcp', roles: ['further name'] },
    { host: 'third.example', port: 443, protocol: 'tcp', roles: ['further name'] },
  ])
})

test('original-system A7: an enrolled device prints what it was told, and an address is called one', async (t) => {
  const data = mkdtempSync(join(tmpdir(), 'sallyport-cli-'))
  t.after(() => rmSync(data, { recursive: true }))
  const terminal = fakeTerminal()
  const ports = fakePorts({ device: fakeDevice({ roles: async () => roles }) })
  assert.equal(await runCli(['region', 'allow-list', '--data', data], ports, terminal), 0)
  assert.match(terminal.out(), /^HOST +PORT +PROTOCOL +ROLES\nexchange\.example +8444 +tcp, TLS +api, ingest\n/)
  assert.match(terminal.err(), /2001:db8::1 is an address/)
})

test('original-system A7: a folder of neither a server nor a device says so', async (t) => {
  const data = mkdtempSync(join(tmpdir(), 'sallyport-cli-'))
  t.after(() => rmSync(data, { recursive: true }))
  const terminal = fakeTerminal()
  assert.equal(
    await runCli(
      ['region', 'allow-list', '--data', data],
      fakePorts({ device: fakeDevice({ roles: async () => undefined }) }),
      terminal,
    ),
    5,
  )
  assert.match(terminal.err(), /server\.unreachable/)
})
