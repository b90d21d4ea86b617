// The order of the checks and what follows from a failure, without any network.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isCode } from '../core/codes.ts'
import { systemClock } from '../platform/clock.ts'
import { checkIds } from '../wire/doctor.ts'
import type { Service } from '../wire/services/messages.ts'
import type { SourceStatus, SpoolStatus, Status } from '../wire/status.ts'
import { isDoctorReport } from '../wire/read-doctor.ts'
import { checks } from './checks.ts'
import { examine } from './engine.ts'
import type { Subject } from './subject.ts'

const signal = new AbortController().signal
const unknown = { unmeasured: 'not in this test' }
/** Never enrolled, and nothing was tried. */
const blank: Subject = {
  device: '',
  program: 'test',
  enrolled: false,
  damaged: undefined,
  failedEnrolment: undefined,
  status: unknown,
  services: 'none',
  socket: '/nowhere/EventHandler_SSEConnector.sock',
  sources: [],
  spoolFolder: '/nowhere/spool',
  identityFolder: '/nowhere/identity',
  properties: { kind: 'read', inForce: 'exchange.lab:8444' },
  exchange: unknown,
  proxy: undefined,
  exchangeFile: '/nowhere/connector.properties',
  exchangeBefore: undefined,
  trust: unknown,
  data: '',
}

test('console-and-cli 10: the checks stand in the order that the wire names, each behind all that it needs', () => {
  assert.deepEqual(
    checks.map(({ id }) => id),
    [...checkIds],
  )
  checks.forEach((check, index) => {
    for (const needed of check.after) assert.ok(checks.indexOf(needed) < index, `${check.id} needs ${needed.id}`)
  })
})

test('console-and-cli 10: of a device that is not enrolled one thing is wrong, and what needs it is not looked at', async () => {
  const report = await examine(blank, { clock: systemClock, signal })
  assert.ok(isDoctorReport(JSON.parse(JSON.stringify(report))))
  const failed = report.checks.filter(({ status }) => status === 'fail')
  assert.deepEqual(
    failed.map(({ id, code }) => [id, code]),
    [['enrolment', 'context.missing']],
  )
  assert.equal(report.start, 'context.missing')
  assert.match(report.sentence, /^events are kept/)
  for (const { status, code, evidence } of report.checks) {
    assert.ok(evidence.length > 0)
    assert.ok(code === null ? status !== 'fail' && status !== 'warn' : isCode(code))
  }
})

test('console-and-cli 10: what is sent to a socket is lost where EventHandler does not run, a file is kept', async () => {
  const enrolled = { ...blank, enrolled: true, device: 'edge' }
  const file = { name: 'eve', input: '/var/log/eve.json', waits: true }
  const socket = { name: 'firewall', input: 'syslog+udp://127.0.0.1:514', waits: false }
  const verdictOf = async (sources: Subject['sources']) =>
    (await examine({ ...enrolled, sources }, { clock: systemClock, signal })).sentence
  assert.match(await verdictOf([file]), /^events are kept/)
  assert.match(await verdictOf([file, socket]), /^events are lost: .*firewall/)
})

test('issue 9.4: a source that lost events within a minute is a warning with its causes, where the spool does not say it', async () => {
  const now = systemClock.now()
  const sensorOf = async (lastLoss: SourceStatus['lastLoss'], state: SpoolStatus['state'] = 'open') => {
    const lost = { 'datagram.dropped': { count: 7, unknown: false }, 'line.too-long': { count: 1, unknown: true } }
    const source = { name: 'fw', input: 'syslog+udp://127.0.0.1:514', state: 'reading', events: 3, lost, lastLoss }
    const status = { at: now, eventHandler: { pid: 1, sources: [source], spool: { state } } } as unknown as Status
    const running = { id: 'EventHandler', enabled: true, state: 'running', lastEnd: '', since: 0 } as unknown as Service
    const subject = { ...blank, enrolled: true, status, services: [running] }
    const { checks: done } = await examine(subject, { clock: systemClock, signal, only: ['sensor'] })
    return done.find(({ id }) => id === 'sensor')
  }
  const losing = await sensorOf({ at: now - 5_000, cause: 'datagram.dropped' })
  assert.deepEqual([losing?.status, losing?.code], ['warn', 'source.losing'])
  assert.match(
    losing?.evidence ?? '',
    /^fw: .* has lost 7 \(datagram.dropped\), 1 and more \(line.too-long\), the last 5 s ago$/,
  )
  assert.equal((await sensorOf({ at: now - 5_000, cause: 'spool.full' }))?.code, 'source.losing')
  for (const well of [
    await sensorOf(undefined),
    await sensorOf({ at: now - 61_000, cause: 'datagram.dropped' }),
    await sensorOf({ at: now - 5_000, cause: 'spool.full' }, 'full'),
  ])
    assert.equal(well?.status, 'ok', String(well?.evidence))
})

test('console-and-cli 10: one check is run with what it needs, and an unknown one is refused by name', async () => {
  const report = await examine(blank, { clock: systemClock, signal, only: ['tls'] })
  assert.deepEqual(
    report.checks.map(({ id }) => id),
    ['dns', 'tcp', 'clock', 'tls'],
  )
  await assert.rejects(examine(blank, { clock: systemClock, signal, only: ['nothing'] }), { code: 'input.malformed' })
})
