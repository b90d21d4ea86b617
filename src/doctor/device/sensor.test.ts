// What the doctor says of TLS listeners and their certificates, from the status alone.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '../../platform/clock.ts'
import type { SourceStatus, Status } from '../../wire/status.ts'
import { examine } from '../engine.ts'
import type { Subject } from '../subject.ts'

const day = 86_400_000
const now = systemClock.now()
const clock = { ...systemClock, now: () => now }
const { signal } = new AbortController()

const listener: SourceStatus = {
  name: 'remote',
  format: 'auto',
  input: 'syslog+tls://0.0.0.0:6514',
  state: 'reading',
  stream: '',
  behindBytes: 0,
  events: 0,
  ignored: 0,
  notSelected: 0,
  lost: {},
  lastEventAt: 0,
}

const unknown = { unmeasured: 'not in this test' }
const subject: Omit<Subject, 'status' | 'sources'> = {
  device: 'edge',
  program: 'test',
  enrolled: true,
  damaged: undefined,
  failedEnrolment: undefined,
  services: 'none',
  socket: '/nowhere/EventHandler_SSEConnector.sock',
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

function subjectWith(source: SourceStatus): Subject {
  const spool = { bytes: 0, bytesMax: 1, segments: 0, outstandingEvents: 0, outstandingBytes: 0 }
  const status: Status = {
    v: 1,
    program: 'test',
    device: 'edge',
    at: now,
    enrolled: true,
    channel: { state: 'connected', since: now, peer: '', lastAckAt: now },
    configurationHash: '',
    eventHandler: {
      v: 1,
      pid: 1,
      startedAt: now,
      socket: '',
      sources: [source],
      spool: { ...spool, oldestOutstandingAt: 0, state: 'open', given: {} },
      drained: false,
    },
  }
  return { ...subject, status, sources: [{ name: source.name, input: source.input, waits: false }] }
}

const certificate = (renewIn: number, endsIn: number, problem?: string) => ({
  ...listener,
  certificate: {
    serial: '1',
    renewAt: now + renewIn,
    notAfter: now + endsIn,
    ...(problem === undefined ? {} : { problem }),
  },
})

const cases: readonly { readonly why: string; readonly source: SourceStatus; readonly code: string | null }[] = [
  { why: 'not due', source: certificate(day, 31 * day), code: null },
  { why: 'due, and half of what is left then is still to come', source: certificate(-14 * day, 16 * day), code: null },
  { why: 'late', source: certificate(-16 * day, 14 * day), code: 'source.certificate.late' },
  { why: 'a short one, late in its own measure', source: certificate(-2 * day, day), code: 'source.certificate.late' },
  { why: 'ended', source: certificate(-31 * day, -1), code: 'source.certificate.expired' },
  {
    why: 'none yet',
    source: { ...listener, state: 'unreadable', reason: 'source.certificate.missing: syslog+tls://…: nobody answered' },
    code: 'source.certificate.missing',
  },
]

test('issue 9.4: of the certificate of a listener the doctor says that it is missing, late or has ended', async () => {
  for (const { why, source, code } of cases) {
    const report = await examine(subjectWith(source), { clock, signal, only: ['sensor'] })
    assert.equal(report.checks.find(({ id }) => id === 'sensor')?.code, code, why)
  }
})

test('issue 9.4: why no newer one comes stands beside it; what verifying senders do not send is lost', async () => {
  const late = subjectWith(certificate(-16 * day, 14 * day, 'listener.name.taken: edge.example is that of another'))
  const report = await examine(late, { clock, signal, only: ['sensor'] })
  assert.match(report.checks.at(-1)?.evidence ?? '', /none newer came: listener\.name\.taken: edge\.example/)
  assert.equal(report.verdict, 'flowing')
  const ended = subjectWith(certificate(-31 * day, -1))
  assert.equal((await examine(ended, { clock, signal, only: ['sensor'] })).verdict, 'lost')
})
