import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { type TestContext, test } from 'node:test'
import { Fault } from '../core/fault.ts'
import { chooseSources } from './choose-sources.ts'
import { findSensors } from './find-sensors.ts'

const { signal } = new AbortController()
const eve =
  '{"timestamp":"2026-11-24T10:00:00.000000+0000","event_type":"alert","src_ip":"192.0.2.1","alert":{"signature_id":1}}\n'
const conn =
  '{"ts":1780000000.1,"uid":"C1","id.orig_h":"192.0.2.1","id.orig_p":1,"id.resp_h":"192.0.2.2","id.resp_p":2,"proto":"tcp"}\n'
const alertFast = '11/24-10:00:00.000000 [**] [1:1000001:1] Test [**] [Priority: 1] {TCP} 192.0.2.1:1 -> 192.0.2.2:2\n'

function machine(t: TestContext, files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'machine-'))
  t.after(() => rmSync(root, { recursive: true }))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return root
}

async function found(root: string) {
  const { taken, passedOver, absent } = await findSensors(root, signal)
  const rows = (of: typeof taken) => of.map(({ path, why }) => `${relative(root, path)}: ${why}`)
  return { taken: rows(taken), passedOver: rows(passedOver), absent: absent.map((path) => relative(root, path)) }
}

test('issue 9.2: the usual files are taken, each alert once, and what was not taken is said with its reason', async (t) => {
  const root = machine(t, {
    'var/log/suricata/eve.json': eve,
    'var/log/suricata/fast.log': alertFast,
    'var/log/suricata/stats.log': 'Counter',
    'opt/zeek/logs/current/conn.log': conn,
    'opt/zeek/logs/current/weird.log': '',
    'opt/zeek/logs/current/loaded.log': 'of no format\n',
    'opt/zeek/logs/current/stderr.log': '',
    'var/log/snort/alert_fast.txt': alertFast,
  })
  const { taken, passedOver, absent } = await found(root)
  assert.deepEqual(taken, [
    'var/log/suricata/eve.json: Suricata writes here (suricata/eve)',
    'opt/zeek/logs/current/conn.log: Zeek writes here (zeek/json)',
    'var/log/snort/alert_fast.txt: Snort writes here (snort/alert_fast)',
  ])
  assert.deepEqual(passedOver, [
    'var/log/suricata/fast.log: its alerts stand in eve.json too',
    'opt/zeek/logs/current/loaded.log: no line is of a format known here',
    'opt/zeek/logs/current/weird.log: it is empty',
  ])
  assert.deepEqual(absent, ['usr/local/zeek/logs/current', 'var/log/zeek/current'])
})

test('issue 9.2: one folder under two names is taken once; a file with nothing in it yet is taken by its name', async (t) => {
  const root = machine(t, { 'var/log/suricata/eve.json': '', 'opt/zeek/spool/zeek/dns.log': conn })
  mkdirSync(join(root, 'opt/zeek/logs'))
  mkdirSync(join(root, 'var/log/zeek'))
  symlinkSync(join(root, 'opt/zeek/spool/zeek'), join(root, 'opt/zeek/logs/current'))
  symlinkSync(join(root, 'opt/zeek/spool/zeek'), join(root, 'var/log/zeek/current'))
  assert.deepEqual((await found(root)).taken, [
    'var/log/suricata/eve.json: Suricata writes here, nothing yet',
    'opt/zeek/logs/current/dns.log: Zeek writes here (zeek/json)',
  ])
  assert.deepEqual((await found(machine(t, {}))).taken, [])
})

test('issue 9.2: named sources are taken alone; a folder is what sensors write in it; a socket stays as typed', async (t) => {
  const root = machine(t, {
    'var/log/suricata/eve.json': eve,
    'logs/conn.log': conn,
    'logs/notes.txt': 'x\n',
    'none/a': 'x\n',
  })
  const named = [join(root, 'logs'), join(root, 'later.json'), 'unix:/run/s.sock,suricata/eve', 'syslog+udp://:5514']
  const { taken, passedOver } = await chooseSources({ named, below: root, signal })
  assert.deepEqual(
    taken.map(({ source, why }) => `${source}: ${why}`),
    [
      `${join(root, 'logs/conn.log')}: in ${join(root, 'logs')} (zeek/json)`,
      `${join(root, 'later.json')}: named; not there yet`,
      'unix:/run/s.sock,suricata/eve: named',
      'syslog+udp://:5514: named',
    ],
  )
  assert.deepEqual(
    passedOver.map(({ path }) => path),
    [join(root, 'logs/notes.txt')],
  )
  const refused = async (...texts: string[]) =>
    await chooseSources({ named: texts, below: root, signal }).catch((error: unknown) =>
      error instanceof Fault ? error.code : String(error),
    )
  assert.equal(await refused(join(root, 'none')), 'source.unrecognised')
  assert.equal(await refused('syslog+ftp://x'), 'input.malformed')
  const twice = await chooseSources({ named: ['/a/eve.json,/a/eve.json', '/a/eve.json'], below: root, signal })
  assert.equal(twice.taken.length, 1)
})
