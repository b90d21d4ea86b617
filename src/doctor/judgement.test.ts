// What is said of a device in one state: the documents it gives, and the first code, the verdict, what else is red.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '../platform/clock.ts'
import type { Service } from '../wire/services/messages.ts'
import type { SourceStatus, Status } from '../wire/status.ts'
import { examine } from './engine.ts'
import { type ProbeRecord, recordedProbe } from './probe-record.ts'
import type { Subject } from './subject.ts'

const now = 1_795_564_745_000
const minuteMs = 60_000
const source: SourceStatus = {
  name: 'eve',
  format: 'suricata/eve',
  input: '/var/log/suricata/eve.json',
  state: 'reading',
  stream: '0'.repeat(32),
  behindBytes: 0,
  events: 3,
  ignored: 0,
  notSelected: 0,
  lost: {},
  lastEventAt: now - 1_000,
}
const spool = {
  bytes: 4_096,
  bytesMax: 1_048_576,
  segments: 1,
  outstandingEvents: 0,
  outstandingBytes: 0,
  oldestOutstandingAt: 0,
  state: 'open',
  given: {},
} as const
const handler = {
  v: 1,
  pid: 1,
  startedAt: now - 10 * minuteMs,
  socket: '/run/s.sock',
  sources: [source],
  spool,
  drained: true,
} as const
const status: Status = {
  v: 1,
  program: 'test',
  device: 'edge',
  at: now,
  enrolled: true,
  channel: { state: 'connected', since: now - 9 * minuteMs, peer: 'exchange.lab', lastAckAt: now - 1_000 },
  eventHandler: handler,
  configurationHash: '',
}
const service: Service = {
  id: 'EventHandler',
  class: 'normal',
  title: 'EventHandler',
  enabled: true,
  state: 'running',
  pid: 1,
  since: now - 10 * minuteMs,
  restarts: 0,
  lastEnd: '',
  command: '',
  pidFile: '',
  enableFile: '',
  stopTimeoutS: 10,
  requires: [],
}
const connector: Service = { ...service, id: 'SSEConnector', title: 'connector' }
const healthy: Subject = {
  device: 'edge',
  program: 'test',
  enrolled: true,
  damaged: undefined,
  failedEnrolment: undefined,
  status,
  services: [service, connector],
  socket: '/run/s.sock',
  spoolFolder: '/srv/spool',
  identityFolder: '/srv/identity',
  sources: [{ name: 'eve', input: source.input, waits: true }],
  properties: { kind: 'read', inForce: 'exchange.lab:8444' },
  exchange: { host: 'exchange.lab', port: 8444 },
  proxy: undefined,
  exchangeFile: '/srv/connector.properties',
  exchangeBefore: undefined,
  trust: { kind: 'anchors', ca: '', identity: { certificate: '', key: '', notAfter: now + 80 * 86_400_000 } },
  data: '',
}
const open: ProbeRecord = {
  target: { host: 'exchange.lab', port: 8444 },
  resolved: { addresses: ['192.0.2.10'], ms: 1 },
  connected: [{ address: '192.0.2.10', failure: undefined, ms: 1 }],
  shown: [],
  answered: { status: 200, body: '', date: now, askedAt: now, answeredAt: now },
  hasSocket: true,
}
const refusal = { errno: 'ECONNREFUSED', text: 'connection refused' }
const refused: ProbeRecord = {
  ...open,
  connected: [{ address: '192.0.2.10', failure: refusal, ms: 1 }],
  shown: refusal,
  answered: refusal,
}

type Case = {
  readonly why: string
  readonly subject?: Partial<Subject>
  readonly probe?: ProbeRecord
  /** In the order of the checks. */
  readonly codes: readonly string[]
  readonly sentence: RegExp
}

const live = [{ name: 'firewall', input: 'syslog+udp://127.0.0.1:514', waits: false }]

function handled(changes: Partial<Status['eventHandler'] & object>, channel: Partial<Status['channel']> = {}): Status {
  return { ...status, channel: { ...status.channel, ...channel }, eventHandler: { ...handler, ...changes } }
}

const { eventHandler: _, ...unattached } = status

function waiting(ms: number): Pick<typeof handler, 'spool'> | object {
  return { spool: { ...spool, outstandingEvents: 9, outstandingBytes: 900, oldestOutstandingAt: now - ms } }
}

const cases: readonly Case[] = [
  { why: 'all is well', codes: [], sentence: /^events are flowing: last event acknowledged 1 s ago$/ },
  {
    why: 'nothing is configured',
    subject: { status: handled({ sources: [] }, { lastAckAt: 0 }), sources: [] },
    codes: ['source.none'],
    sentence:
      /^events are flowing: none given yet, no source is configured, with 1 warning\. Start with source\.none\.$/,
  },
  {
    why: 'a sensor that has not spoken yet',
    subject: { status: handled({ sources: [{ ...source, events: 0 }] }, { lastAckAt: 0 }) },
    codes: [],
    sentence: /^events are flowing: none given yet, since EventHandler started 10 min ago$/,
  },
  {
    why: 'the connector was started after all was acknowledged',
    subject: { status: handled({}, { lastAckAt: 0 }) },
    codes: [],
    sentence: /^events are flowing: none given since the connector started, and none waits$/,
  },
  {
    why: 'behind an outage the old events are sent beside the new',
    subject: { status: handled(waiting(10 * minuteMs)) },
    codes: ['channel.backlog'],
    sentence: /^events are flowing: .* 9 events wait, the oldest for 10 min, with 1 warning/,
  },
  {
    why: 'the exchange takes nothing',
    subject: { status: handled(waiting(10 * minuteMs), { lastAckAt: now - 2 * minuteMs }) },
    codes: ['channel.stuck'],
    sentence: /^events are kept, not delivered\. Start with channel\.stuck\.$/,
  },
  {
    why: 'the clock of the device was set back: what waits comes from the future',
    subject: { status: handled(waiting(-86_400_000), { lastAckAt: now + 86_400_000 }) },
    codes: [],
    sentence: /^events are flowing: last event acknowledged 0 s ago$/,
  },
  {
    why: 'what follows from a cause stands behind it',
    subject: {
      status: handled(
        { spool: { ...spool, state: 'full', bytes: 2_000_000, oldestOutstandingAt: now - 5 * minuteMs } },
        { lastAckAt: 0 },
      ),
    },
    codes: ['channel.stuck', 'spool.full'],
    sentence: /^events are kept/,
  },
  {
    why: 'with a full spool a socket loses what a file keeps',
    subject: { status: handled({ spool: { ...spool, state: 'full', bytes: 2_000_000 } }), sources: live },
    codes: ['spool.full'],
    sentence: /^events are lost: what is sent to firewall is not kept/,
  },
  {
    why: 'it is the disk that is full where the spool may have more',
    subject: { status: handled({ spool: { ...spool, state: 'full' } }), sources: live },
    codes: ['disk.full'],
    sentence: /^events are lost/,
  },
  {
    why: 'an EventHandler that hangs reads no socket',
    subject: { status: unattached, sources: live },
    probe: { ...open, knocked: '' },
    codes: ['socket.listening'],
    sentence: /^events are lost: what is sent to firewall is not kept\. Start with socket\.listening\.$/,
  },
  {
    why: 'what an EventHandler that hangs does not read of a file is read later',
    subject: { status: unattached },
    probe: { ...open, knocked: '' },
    codes: ['socket.listening'],
    sentence: /^events are kept, not delivered\. Start with socket\.listening\.$/,
  },
  {
    why: 'two faults at once: both are red, the nearer one first',
    subject: { services: [{ ...service, enabled: false, state: 'disabled' }, connector] },
    probe: refused,
    codes: ['service.disabled', 'tcp.refused'],
    sentence: /^events are kept, not delivered\. Start with service\.disabled\.$/,
  },
  {
    why: 'a connector that hangs is not taken for one that has nothing to say',
    subject: { status: { unmeasured: 'the connector does not answer' } },
    codes: ['service.silent'],
    sentence: /^events are kept/,
  },
  {
    why: 'a start that fails says why by its own code',
    subject: {
      services: [{ ...service, state: 'waiting', lastEnd: 'spool.locked: Process 7 uses it', restarts: 3 }, connector],
    },
    codes: ['spool.locked'],
    sentence: /^events are kept/,
  },
  {
    why: 'a service that was just started again is no fault any more, and none of the connector',
    subject: { services: [{ ...service, since: now - 2_000, lastEnd: 'SIGSEGV', restarts: 1 }, connector] },
    codes: ['service.crashed'],
    sentence: /^events are flowing: .*, with 1 warning\. Start with service\.crashed\.$/,
  },
  {
    why: 'a sensor that is not connected is a warning, a socket that cannot be bound loses',
    subject: {
      status: handled({
        sources: [
          { ...source, state: 'unreadable', reason: 'source.unbound: address in use' },
          { ...source, state: 'waiting', reason: 'source.unconnected: no sensor' },
        ],
      }),
      sources: live,
    },
    codes: ['source.unbound'],
    sentence: /^events are lost/,
  },
]

test('console-and-cli 10: the first code and the verdict of one state after the other', async (t) => {
  for (const { why, subject = {}, probe = open, codes, sentence } of cases)
    await t.test(`console-and-cli 10: ${why}`, async () => {
      const signal = new AbortController().signal
      const options = { clock: systemClock, signal, at: now, probe: recordedProbe(probe) }
      const report = await examine({ ...healthy, ...subject }, options)
      const told = report.checks.filter(({ status: one }) => one === 'fail' || one === 'warn')
      assert.deepEqual(
        told.map(({ code }) => code),
        codes,
      )
      assert.equal(report.start, codes[0] ?? null)
      assert.match(report.sentence, sentence)
    })
})

test('console-and-cli 10: a choice of checks claims no more than they saw', async () => {
  const options = { clock: systemClock, signal: new AbortController().signal, at: now, probe: recordedProbe(open) }
  const report = await examine(healthy, { ...options, only: ['tls'] })
  assert.equal(report.sentence, 'events are flowing: as far as these checks see')
})
