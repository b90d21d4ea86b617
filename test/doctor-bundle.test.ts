// What leaves a machine for support, and the doctor that looks again and again (console-and-cli 10, "Doctor" 5 and 6).
import assert from 'node:assert/strict'
import { appendFileSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { gunzipSync, gzipSync } from 'node:zlib'
import type { DoctorReport } from '../src/wire/doctor.ts'
import { devicesOf, flowsAgain, openDoctorSite, type as typed } from './doctor-site.ts'
import { run, start, temporaryFolder, until } from './sallyport.ts'

/** What must not be found in a bundle, in any form it is written in. */
const planted = {
  payload: 'canary-of-an-event-4711',
  malformed: 'canary-of-a-broken-line-4711',
  password: 'canary%40of:a/password',
  foreign: 'canary-of-a-foreign-secret',
}

test('console-and-cli 10.6: a bundle holds no secret and no event, and the doctor reads it', async (t) => {
  const sensor = join(temporaryFolder(t), 'eve.json')
  const event = { timestamp: '2026-11-24T00:00:00.000000+0000', event_type: 'alert', src_ip: '192.0.2.1' }
  writeFileSync(sensor, `${JSON.stringify({ ...event, payload: planted.payload })}\n`)
  const args = ['up', '--source', sensor, '--local', '127.0.0.1:0']
  const site = await openDoctorSite(t, { args, ready: 'sign in' })
  const { data } = site
  appendFileSync(sensor, `{"timestamp": ${planted.malformed}\n`)
  await flowsAgain(t, { data })
  const token = await site.token(t)
  const link = (await run(t, ['link', '--data', data])).stdout.trim()
  const keys = plantSecrets(data, token, link)
  const file = join(temporaryFolder(t), 'bundle.json.gz')
  // Put in just before, and out of the way of what follows.
  const properties = join(data, 'device/connector.properties')
  const before = readFileSync(properties, 'utf8')
  appendFileSync(properties, `proxy=http://user:${planted.password}@proxy.lab:3128\n`)
  const made = await run(t, ['doctor', '--bundle', file, '--data', data])
  writeFileSync(properties, before)
  assert.equal(made.code, 0, made.stderr)

  await t.test('console-and-cli 10.6: none of what was planted is in it', () => {
    const text = gunzipSync(readFileSync(file)).toString('utf8')
    const forms = (secret: string) => [
      secret,
      decodeURIComponent(secret),
      encodeURIComponent(secret),
      Buffer.from(secret).toString('base64').replace(/=+$/, ''),
    ]
    const secrets = [...Object.values(planted), token, new URL(link).hash.replace('#link=', ''), ...keys]
    assert.ok(secrets.length >= 10, `${secrets.length}`)
    for (const secret of secrets)
      for (const form of forms(secret)) assert.equal(text.includes(form), false, `${form} is in the bundle`)
    // It is no empty promise: what stood around them is there.
    for (const around of ['spoken of here', 'connector_fqdn', '"outstandingEvents"', '"ledger"', 'Sallyport CA'])
      assert.ok(text.includes(around), around)
    assert.equal(statSync(file).mode & 0o777, 0o600)
  })

  await t.test('console-and-cli 10.6: it lists what it holds, and replaces no file', async () => {
    for (const part of ['machine', 'device', 'exchange', 'device/connector.properties', 'device/log/connector.log'])
      assert.match(made.stdout, new RegExp(`^${part.replace('.', '\\.')} +\\d+ `, 'm'))
    const before = readFileSync(file)
    const again = await run(t, ['doctor', '--bundle', file, '--data', data])
    assert.equal(again.code, 1)
    assert.match(again.stderr, /\[output\.unwritable\]/)
    assert.deepEqual(readFileSync(file), before)
  })

  await t.test('DESIGN "One status document": the same checks say the same on a bundle', async () => {
    const { device } = JSON.parse(gunzipSync(readFileSync(file)).toString('utf8')) as {
      device: { report: DoctorReport }
    }
    const read = await run(t, ['doctor', '--from', file, '-o', 'json'])
    const report = JSON.parse(read.stdout) as DoctorReport
    const said = ({ checks }: DoctorReport) => checks.map((check) => ({ ...check, durationMs: 0 }))
    assert.deepEqual(said(report), said(device.report))
    assert.equal(report.sentence, device.report.sentence)
    // A machine that is elsewhere, and long ago, is not asked: the site is gone by now for who reads it.
    assert.equal((await run(t, ['doctor', '--from', file, 'tls', '-v'])).stdout.includes('[✓] TLS'), true)
  })

  await t.test('console-and-cli 10: of one device, as its exchange has it', async () => {
    const [device = ''] = await devicesOf(data)
    const other = join(temporaryFolder(t), 'device.json.gz')
    assert.equal((await run(t, ['doctor', device, '--bundle', other, '--data', data])).code, 0)
    assert.equal((await run(t, ['doctor', 'nobody', '--bundle', `${other}.2`, '--data', data])).code, 1)
    const { exchange } = JSON.parse(gunzipSync(readFileSync(other)).toString('utf8')) as {
      exchange: { report: DoctorReport; devices: { devices: { id: string }[] } }
    }
    assert.equal(exchange.report.device, device)
    assert.deepEqual(
      exchange.devices.devices.map(({ id }) => id),
      [device],
    )
    assert.equal((await run(t, ['doctor', '--from', other, 'nobody'])).code, 1)
  })

  await t.test('console-and-cli 10: what is no bundle is refused', async () => {
    const other = join(temporaryFolder(t), 'other')
    const packed = (value: unknown) => gzipSync(JSON.stringify(value))
    for (const bytes of [Buffer.from('x'), packed({ v: 2 }), packed({ v: 1, kind: 'sallyport/bundle', at: 1 })]) {
      writeFileSync(other, bytes)
      const refused = await run(t, ['doctor', '--from', other])
      assert.equal(refused.code, 2)
      assert.match(refused.stderr, /no bundle.*\[input\.malformed\]/)
    }
  })

  await t.test('console-and-cli 10.5: watched, a fault that comes and goes is two lines', (s) => watched(s, data))
})

/** As careless scripts and old versions leave them. @returns the keys of the folder, line by line */
function plantSecrets(data: string, token: string, link: string): readonly string[] {
  const read = (file: string) => readFileSync(join(data, file), 'utf8')
  const body = (pem: string) => pem.split('\n').filter((line) => line !== '' && !line.startsWith('-----'))
  const keys = [
    read('owner.key').trim(),
    read('exchange/seal.key').trim(),
    ...body(read('device/identity/key-1.pem')),
    ...body(read('exchange/ca/ca-1.key')),
  ]
  const lines = [
    `{"level":30,"token":"${planted.foreign}","msg":"spoken of here"}`,
    `Authorization: Bearer ${planted.foreign} and Basic ${planted.foreign}, password=${planted.foreign}`,
    `time=x level=error msg="dial http://user:${planted.password}@proxy.lab:3128 \\"api_key\\": \\"${planted.foreign}\\""`,
    `enrolled with ${token}, sign in at ${link}`,
    ...keys.map((key) => `a line of a key: ${key}`),
    `-----BEGIN EC PRIVATE KEY-----\n${planted.foreign}\n-----END EC PRIVATE KEY-----`,
  ]
  for (const log of ['log/exchange.log', 'device/log/connector.log', 'device/log/event-handler.log'])
    appendFileSync(join(data, log), `${lines.join('\n')}\n`)
  return keys
}

async function watched(t: TestContext, data: string): Promise<void> {
  const watching = start(t, ['doctor', '--watch', '-o', 'jsonl', '--data', data])
  const reports = () => watching.stdout().split('\n').slice(0, -1)
  await until('the first look', () => reports().length === 1)
  await typed(`sallyport pmtool disablebyid Exchange --data ${data}`)
  await until('it is seen', () => reports().length >= 2)
  await typed(`sallyport pmtool enablebyid Exchange --data ${data}`)
  await until('it is mended', () => (JSON.parse(reports().at(-1) ?? '{}') as DoctorReport).start === null)
  watching.child.kill('SIGINT')
  const { code, stderr } = await watching.finished
  assert.deepEqual([code, stderr], [0, ''])
  const starts = reports().map((line) => (JSON.parse(line) as DoctorReport).start)
  assert.deepEqual([starts[0], starts[1], starts.at(-1)], [null, 'tcp.refused', null])
  // A report a change, and no other.
  starts.slice(1).forEach((one, index) => assert.notEqual(one, starts[index]))
}
