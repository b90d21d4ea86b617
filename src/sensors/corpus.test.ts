// Every sensor file of the corpus, by glance and by read, against its README's table of expected totals.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { corpusPath, needsCorpus } from '../../test/corpus.ts'
import type { SensorEvent } from '../core/event.ts'
import { assertAgree, assertSameTerms } from './format.contract.ts'
import type { FormatName, ReadContext, SensorFormat } from './format.ts'
import { formatNamed, recogniseFormat } from './formats.ts'

type Totals = Readonly<Record<string, number>>
type Expected = {
  readonly path: string
  readonly format: FormatName
  readonly byType: Totals
  readonly ignored: number
}

const eve41 = 'suricata/eve-4.1.10/eve.json.gz'

const expected: readonly Expected[] = [
  ...one('suricata/eve', 0, {
    [eve41]: { alert: 18042, flow: 1153, http: 403, fileinfo: 398, dns: 270, tls: 34, smtp: 32, ssh: 4, stats: 3 },
    'suricata/eve-home/eve-2.json': {
      dns: 936,
      flow: 923,
      tls: 224,
      alert: 118,
      anomaly: 106,
      smtp: 84,
      http: 5,
      fileinfo: 4,
      stats: 1,
    },
    'suricata/eve-home/eve_udp_flow.json': { flow: 16, netflow: 16 },
    'suricata/et-alerts/wrccdc-2018.ndjson': { alert: 207 },
    'suricata/et-alerts/honeypot-2018.ndjson': { alert: 44 },
    'suricata/suricata-verify/output-eve-fileinfo.eve.json': { fileinfo: 1 },
  }),
  ...one('snort/alert_fast', 0, { 'snort/fast-alert.log': { alert: 5 } }),
  ...one('snort/alert_json', 0, { 'snort/snort3-alert_json.ndjson': { alert: 3 } }),
  ...one('cisco/syslog', 0, {
    'ftd/elastic-beats-sample.log': {
      intrusion: 2,
      'connection start': 2,
      'connection end': 1,
      file: 2,
      malware: 2,
    },
  }),
  ...one('zeek/json', 0, { 'zeek/rita-json/http.head5k.json.gz': { http: 5000 } }),
  ...one('zeek/tsv', 9, {
    'zeek/rita-tsv/conn.log': { conn: 463 },
    'zeek/rita-tsv/dns.log': { dns: 942 },
    'zeek/rita-tsv/files.log': { files: 194 },
    'zeek/rita-tsv/http.log': { http: 407 },
    'zeek/rita-tsv/ssl.log': { ssl: 407 },
  }),
  ...one('zeek/json', 0, {
    ...wrccdc('dns.head10k', 10000),
    ...wrccdc('ssl.head10k', 10000),
    ...wrccdc('rdp', 4122),
    ...wrccdc('syslog', 2378),
    ...wrccdc('known_services', 1579),
    ...wrccdc('ocsp', 1308),
    ...wrccdc('smtp', 1188),
    ...wrccdc('ntp', 904),
    ...wrccdc('ntlm', 422),
    ...wrccdc('smb_mapping', 393),
    ...wrccdc('software', 376),
    ...wrccdc('x509', 348),
    ...wrccdc('modbus', 268),
    ...wrccdc('known_hosts', 253),
    ...wrccdc('notice', 207),
    ...wrccdc('ftp', 93),
    ...wrccdc('dce_rpc', 78),
    ...wrccdc('dpd', 77),
    ...wrccdc('snmp', 65),
    ...wrccdc('ssh', 22),
    ...wrccdc('pe', 21),
    ...wrccdc('smb_files', 13),
    ...wrccdc('kerberos', 11),
    ...wrccdc('capture_loss', 3),
    ...wrccdc('ldap_search', 1),
  }),
]

for (const { path, format, byType, ignored } of expected) {
  test(`corpus ${path}: events by type and ignored lines are as counted by others`, needsCorpus, () => {
    const lines = linesOf(path)
    assert.equal(recogniseFormat(lines.slice(0, 64))?.format.name, format)
    const seen = readAll(named(format), lines, basename(path))
    assert.deepEqual(seen.byGlance, byType)
    assert.deepEqual(countTypes(seen.events), byType)
    assert.equal(seen.ignored, ignored)
    assert.equal(seen.unreadable, 0)
  })
}

test('corpus: files without a line of a sensor are recognised as none', needsCorpus, () => {
  for (const path of ['suricata/eve-4.1.10/local.rules', 'ftd/asa-noise.log']) {
    assert.equal(recogniseFormat(linesOf(path)), undefined, path)
  }
  const asa = readAll(named('cisco/syslog'), linesOf('ftd/asa-noise.log'), 'asa-noise.log')
  assert.deepEqual([asa.events.length, asa.ignored, asa.unreadable], [0, 3, 0])
})

test('traps C6: without _path and file name every log of Zeek is told by its fields', needsCorpus, () => {
  for (const { path, format } of expected.filter((each) => each.format === 'zeek/json')) {
    const type = basename(path).split('.')[0] ?? ''
    // One line of ntlm has no field beside time, uid and ends: only the name of its file tells.
    const telling = bare(path).filter((line) => /"(?!ts"|uid"|id\.)[\w.]+":/.test(line))
    assert.ok(telling.length >= linesOf(path).length - (type === 'ntlm' ? 1 : 0))
    for (const [lines, fileName] of [
      [telling, ''],
      [bare(path), `${type}.log`],
    ] as const) {
      const reads = lines.map((line) => named(format).read(line, contextOf(fileName)))
      const events = reads.filter((read) => read.kind === 'event')
      assert.deepEqual(countTypes(events), { [type]: lines.length }, path)
    }
    const first = Buffer.from(bare(path)[0] ?? '')
    assert.equal(recogniseFormat([first])?.format.name, 'zeek/json', path)
  }
})

test(
  'corpus eve-4.1.10: severities, versions of addresses, ports and flow numbers are as counted by others',
  needsCorpus,
  () => {
    const { events } = readAll(named('suricata/eve'), linesOf(eve41), 'eve.json.gz')
    const alerts = events.filter((event) => event.type === 'alert')
    const bySeverity = alerts.filter((event) => event.severity !== 'unknown').map((event) => event.severity)
    assert.deepEqual(
      ['high', 'medium', 'low'].map((severity) => bySeverity.filter((each) => each === severity).length),
      [249, 63, 17_730],
    )
    assert.equal(new Set(alerts.map((event) => event.signature?.id)).size, 99)
    assert.equal(alerts.filter((event) => event.flowId === undefined).length, 16_408)
    assert.equal(
      events.filter((event) => event.flow.source?.includes(':') ?? event.flow.target?.includes(':')).length,
      16_612,
    )
    for (const event of events) for (const { type, value } of event.observables) assertNormal(type, value)
    const stats = events.filter((event) => event.type === 'stats')
    assert.ok(stats.every((event) => event.observables.length === 0 && event.flow.source === undefined))
  },
)

test('corpus eve-4.1.10: files, names and times are as counted by others', needsCorpus, () => {
  const { events } = readAll(named('suricata/eve'), linesOf(eve41), 'eve.json.gz')
  const files = events.filter((event) => event.type === 'fileinfo')
  const holding = (type: string): number => files.filter((e) => e.observables.some((o) => o.type === type)).length
  assert.equal(holding('sha256'), 393)
  assert.equal(holding('md5'), 382)
  const tls = events.filter((event) => event.type === 'tls')
  assert.equal(tls.filter((event) => event.summary.startsWith('TLS')).length, 34)
  const years = events.map((event) => new Date(event.at).getUTCFullYear())
  assert.equal(Math.min(...years), 1970)
  assert.ok(Math.max(...years) <= 2026)
  assert.equal(events.filter((event) => event.at < 86_400_000 * 2).length > 0, true)
  const twins = [814, 815, 818, 2515].map((line) => events[line - 1])
  for (const [index, line] of [829, 831, 835, 2516].entries()) assert.deepEqual(events[line - 1], twins[index])
})

test('corpus firepower: nine lines give what they say, and no user', needsCorpus, () => {
  const { events } = readAll(named('cisco/syslog'), linesOf('ftd/elastic-beats-sample.log'), 'elastic.log')
  assert.deepEqual(
    events.map((event) => event.severity),
    ['high', 'low', 'unknown', 'unknown', 'unknown', 'unknown', 'unknown', 'high', 'unknown'],
  )
  assert.ok(events.every((event) => !event.observables.some((observable) => observable.type === 'user')))
  assert.ok(events.every((event) => event.host === 'firepower' || event.host === 'siem-ftd'))
  assert.ok(events.every((event) => event.flags === undefined))
  assert.equal(events.filter((event) => event.observables.some((each) => each.type === 'sha256')).length, 3)
})

test('corpus zeek: all uids of the TSV http log are those of its conn and ssl logs', needsCorpus, () => {
  const uids = (path: string): readonly string[] =>
    readAll(named('zeek/tsv'), linesOf(path), basename(path)).events.map((event) => event.flowId ?? '')
  const conn = new Set(uids('zeek/rita-tsv/conn.log'))
  const ssl = new Set(uids('zeek/rita-tsv/ssl.log'))
  const joined = new Set(uids('zeek/rita-tsv/http.log').filter((uid) => conn.has(uid) && ssl.has(uid)))
  assert.equal(joined.size, 407)
})

function readAll(format: SensorFormat, lines: readonly Buffer[], fileName: string) {
  const events: SensorEvent[] = []
  const byGlance: Record<string, number> = {}
  let ignored = 0
  let unreadable = 0
  const start = contextOf(fileName)
  let context = start
  for (const line of lines) {
    const text = line.toString()
    const glance = format.glance(line, context)
    if (glance.kind === 'context') context = { ...start, context: glance.context }
    const read = format.read(text, context)
    assertAgree(glance, read, text)
    assertSameTerms(format.read(text, { ...context, wanted: 'index' }), read)
    if (glance.kind === 'event') byGlance[glance.type] = (byGlance[glance.type] ?? 0) + 1
    if (read.kind === 'event') events.push(read)
    else if (read.kind === 'ignored') ignored++
    else unreadable++
  }
  return { events, byGlance, ignored, unreadable }
}

function countTypes(events: readonly SensorEvent[]): Totals {
  const counts: Record<string, number> = {}
  for (const { type } of events) counts[type] = (counts[type] ?? 0) + 1
  return counts
}

function assertNormal(type: string, value: string): void {
  if (type === 'ipv6') assert.ok(!/(?:^|:)0[0-9a-f]|[A-F]/.test(value), value)
  if (type === 'domain') assert.equal(value, value.toLowerCase())
}

/** Lines as Zeek writes them by default: `_path` and `_write_ts` come with a streaming export only. */
function bare(path: string): readonly string[] {
  return linesOf(path).map((line) => {
    const { _path, _write_ts, ...fields }: Record<string, unknown> = JSON.parse(line.toString())
    return JSON.stringify(fields)
  })
}

function linesOf(path: string): readonly Buffer[] {
  const stored = readFileSync(corpusPath(path))
  const bytes = path.endsWith('.gz') ? gunzipSync(stored) : stored
  const lines: Buffer[] = []
  let from = 0
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, from)) {
    lines.push(bytes.subarray(from, end))
    from = end + 1
  }
  if (from < bytes.length) lines.push(bytes.subarray(from))
  return lines
}

function contextOf(fileName: string): ReadContext {
  return { arrivedAt: Date.parse('2026-11-25T00:00:00Z'), fileName, context: '', zoneMinutes: 0, wanted: 'everything' }
}

function named(name: FormatName): SensorFormat {
  const format = formatNamed(name)
  assert.ok(format)
  return format
}

function one(format: FormatName, ignored: number, files: Readonly<Record<string, Totals>>): readonly Expected[] {
  return Object.entries(files).map(([path, byType]) => ({ path, format, byType, ignored }))
}

function wrccdc(name: string, count: number): Readonly<Record<string, Totals>> {
  return { [`zeek/wrccdc-json/${name}.json.gz`]: { [name.split('.')[0] ?? '']: count } }
}
