// Syslog over TLS with a certificate of our CA, from senders that check it: openssl and rsyslog, unmodified (issue 9.1).
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, globSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Status } from '../src/wire/status.ts'
import { needs } from './needs.ts'
import { asOwner, run, type Running, start, temporaryFolder, until } from './sallyport.ts'

const line = (n: number) =>
  `<166>1 2026-11-24T10:00:00Z fw-1 - - - - %FTD-6-430003: SrcIP: 192.0.2.${n}, DstIP: 198.51.100.7, DstPort: 443`

/** With the driver that checks names as docs/sources.md has it do. */
const rsyslog =
  globSync('/usr/lib/*/rsyslog/lmnsd_ossl.so').length > 0
    ? needs('rsyslogd')
    : { skip: 'NOT TESTED: no rsyslogd with its OpenSSL driver (Debian: rsyslog rsyslog-openssl)' }

type Site = {
  readonly folder: string
  readonly data: { readonly exchange: string; readonly device: string }
  readonly ca: string
  readonly exchange: Running
  /** The one source, as the device says. */
  source(local: string): Promise<NonNullable<Status['eventHandler']>['sources'][number] | undefined>
  startDevice(): Promise<{ readonly running: Running; readonly local: string; readonly port: number }>
  events(): Promise<number>
}

async function site(t: TestContext, host = 'edge-1.lab'): Promise<Site> {
  const folder = temporaryFolder(t)
  const data = { exchange: join(folder, 'exchange'), device: join(folder, 'device') }
  const free = ['--console', '127.0.0.1:0', '--devices', '127.0.0.1:0', '--name', '127.0.0.1', '--name', 'exchange.lab']
  const exchange = start(t, ['exchange', '--data', data.exchange, ...free])
  await until('the exchange', () => asOwner(data.exchange, 'status'), 60_000)
  const { stdout } = await run(t, ['token', 'create', '--data', data.exchange, '-o', 'json'])
  const { token } = JSON.parse(stdout) as { token: string }
  const source = `syslog+tls://127.0.0.1:0,cisco/syslog,host=${host}`
  const enrolled = await run(t, ['device', 'enrol', '-', '--no-run', '--source', source, '--data', data.device], token)
  assert.equal(enrolled.code, 0, enrolled.stderr)
  const printed = await run(t, ['exchange', 'ca', 'listener', '--data', data.exchange])
  assert.equal(printed.code, 0, printed.stderr)
  const ca = join(folder, 'listeners.pem')
  writeFileSync(ca, printed.stdout)
  const sourceOf = async (local: string) => {
    const answer = await fetch(`http://${local}/v1/contexts/default/status`)
    return ((await answer.json()) as Status).eventHandler?.sources[0]
  }
  return {
    folder,
    data,
    ca,
    exchange,
    source: sourceOf,
    async startDevice() {
      const running = start(t, ['device', 'run', '--data', data.device, '--local', '127.0.0.1:0'])
      const [, local = ''] = await until(
        'the device',
        () => /local API\s+http:\/\/(\S+?)\/v1/.exec(running.stderr()) ?? undefined,
      )
      const port = await until('it listens', async () => /:([1-9]\d*)$/.exec((await sourceOf(local))?.input ?? '')?.[1])
      return { running, local, port: Number(port) }
    },
    events: async () => (await asOwner<{ journal: { events: number } }>(data.exchange, 'status'))?.journal.events ?? 0,
  }
}

/** Sends lines as openssl does where it trusts one CA and wants one name. */
function send(port: number, ca: string, name: string, lines: readonly string[]) {
  const [kind, trust] = [/^[\d.]+$/.test(name) ? '-verify_ip' : '-verify_hostname', ['-CAfile', ca, '-no-CApath']]
  return spawnSync(
    'openssl',
    ['s_client', '-connect', `127.0.0.1:${port}`, ...trust, kind, name, '-verify_return_error', '-nocommands'],
    { input: lines.map((one) => `${one}\n`).join(''), encoding: 'utf8', timeout: 20_000 },
  )
}

test('issue 9.1: a sender that trusts the printed CA verifies chain and name; with another name it sends nothing', {
  ...needs('openssl'),
  timeout: 150_000,
}, async (t) => {
  const here = await site(t)
  const { running, local, port } = await here.startDevice()
  const sent = send(port, here.ca, 'edge-1.lab', [line(1), line(2)])
  assert.match(sent.stdout, /Verification: OK\nVerified peername: edge-1\.lab/, sent.stdout + sent.stderr)
  await until('both lines', async () => (await here.events()) === 2)
  for (const [ca, name, says] of [
    [here.ca, 'edge-2.lab', /hostname mismatch/],
    [here.ca, '127.0.0.1', /IP address mismatch/],
    [join(here.data.exchange, 'exchange/ca/ca-1.pem'), 'edge-1.lab', /certificate verify failed/],
  ] as const) {
    const refused = send(port, ca, name, [line(3)])
    assert.notEqual(refused.status, 0)
    assert.match(refused.stderr, says)
  }
  await until('what was heard', async () => (await here.source(local))?.events === 2)
  // The key is nobody else's, and the connector, which asked, has it no more than the exchange has.
  const folder = join(here.data.device, 'device/listener')
  assert.deepEqual(readdirSync(folder).toSorted(), ['certificate-1.pem', 'key-1.pem', 'request-1.csr'])
  for (const file of readdirSync(folder)) assert.equal(statSync(join(folder, file)).mode & 0o777, 0o600)
  const shown = await run(t, ['device', 'status', '--local', local])
  assert.match(shown.stdout, /syslog\+tls:\/\/127\.0\.0\.1:\d+ {2}\d connected {2}certificate until 2027-/)

  // Started while the exchange is away, it opens with the certificate that it has.
  running.child.kill('SIGINT')
  await running.finished
  here.exchange.child.kill('SIGINT')
  await here.exchange.finished
  const again = await here.startDevice()
  assert.match(send(again.port, here.ca, 'edge-1.lab', [line(4)]).stdout, /Verification: OK/)
  await until('the line', async () => (await here.source(again.local))?.events === 1)
})

test('issue 9.1: a name that the exchange refuses leaves the listener closed, and doctor says which and what to do', {
  timeout: 150_000,
}, async (t) => {
  const here = await site(t, 'exchange.lab')
  const device = start(t, ['device', 'run', '--data', here.data.device, '--local', '127.0.0.1:0'])
  const [, local = ''] = await until(
    'the device',
    () => /local API\s+http:\/\/(\S+?)\/v1/.exec(device.stderr()) ?? undefined,
  )
  await until('the reason', async () => /listener\.name\.refused/.test((await here.source(local))?.reason ?? ''))
  const doctor = await run(t, ['doctor', '--data', here.data.device, '-o', 'json'])
  const report = JSON.parse(doctor.stdout) as { start: string; checks: { id: string; evidence: string; fix: string }[] }
  assert.equal(report.start, 'source.certificate.missing')
  const sensor = report.checks.find(({ id }) => id === 'sensor')
  assert.match(sensor?.evidence ?? '', /listener\.name\.refused: "exchange\.lab" is a name of this exchange/)
})

test('issue 9.1: rsyslog sends over TLS once it is given the CA and the name', {
  ...rsyslog,
  timeout: 150_000,
}, async (t) => {
  const here = await site(t)
  const { local, port } = await here.startDevice()
  for (const [name, arrives] of [
    ['edge-2.lab', false],
    ['edge-1.lab', true],
  ] as const) {
    const file = join(here.folder, `${name}.log`)
    const errors = join(here.folder, `${name}.errors`)
    const configuration = join(here.folder, `${name}.conf`)
    writeFileSync(file, `${line(1)}\n${line(2)}\n`)
    writeFileSync(configuration, rsyslogConf({ folder: here.folder, ca: here.ca, name, port, file, errors }))
    const child = spawn('rsyslogd', ['-n', '-f', configuration, '-i', join(here.folder, `${name}.pid`)], {
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    const ended = new Promise((done) => child.once('close', done))
    t.after(() => child.kill('SIGKILL'))
    if (arrives) await until('its lines', async () => (await here.source(local))?.events === 2, 60_000)
    else
      await until('its refusal', () => existsSync(errors) && /edge-1\.lab/.test(readFileSync(errors, 'utf8')), 60_000)
    child.kill('SIGTERM')
    await ended
  }
  await until('the journal', async () => (await here.events()) === 2)
})

/** What docs/sources.md tells to write, with a file as its input. */
function rsyslogConf(of: {
  folder: string
  ca: string
  name: string
  port: number
  file: string
  errors: string
}): string {
  return `global(workDirectory="${of.folder}" processInternalMessages="on" defaultNetstreamDriverCAFile="${of.ca}")
module(load="imfile")
input(type="imfile" file="${of.file}" tag="fw-1:" ruleset="out")
template(name="asItCame" type="string" string="%msg%\\n")
ruleset(name="out") {
  action(type="omfwd" target="127.0.0.1" port="${of.port}" protocol="tcp" template="asItCame"
    streamDriver="ossl" streamDriverMode="1" streamDriverAuthMode="x509/name" streamDriverPermittedPeers="${of.name}")
}
syslog.* action(type="omfile" file="${of.errors}")
`
}
