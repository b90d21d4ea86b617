// The whole road (EventHandler, ZeroMQ, connector, TLS, ingest, journal) with every sensor file of the corpus.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { corpusPath, needsCorpus } from './corpus.ts'
import { run, temporaryFolder } from './sallyport.ts'

type Totals = {
  events: number
  quarantined: number
  ignored: number
  byType: Record<string, number>
  skipped: { file: string; lines: number }[]
}

const eve = { alert: 18042, flow: 1153, http: 403, fileinfo: 398, dns: 270, tls: 34, smtp: 32, ssh: 4, stats: 3 }
const wrccdc = {
  ...{
    dns: 10000,
    ssl: 10000,
    rdp: 4122,
    syslog: 2378,
    known_services: 1579,
    ocsp: 1308,
    smtp: 1188,
    ntp: 904,
    ntlm: 422,
  },
  ...{
    smb_mapping: 393,
    software: 376,
    x509: 348,
    modbus: 268,
    known_hosts: 253,
    notice: 207,
    ftp: 93,
    dce_rpc: 78,
    dpd: 77,
  },
  ...{ snmp: 65, ssh: 22, pe: 21, smb_files: 13, kerberos: 11, capture_loss: 3, ldap_search: 1 },
}
const firepower = { intrusion: 2, 'connection start': 2, 'connection end': 1, file: 2, malware: 2 }

/** The corpus README's table of expected totals. */
const table: { input: string; events: number; ignored: number; byType: Record<string, number>; skipped?: string[] }[] =
  [
    { input: 'suricata/eve-4.1.10/eve.json.gz', events: 20339, ignored: 0, byType: eve },
    {
      input: 'suricata/eve-home/eve-2.json',
      events: 2401,
      ignored: 0,
      byType: { dns: 936, flow: 923, tls: 224, alert: 118, anomaly: 106, smtp: 84, http: 5, fileinfo: 4, stats: 1 },
    },
    { input: 'suricata/eve-home/eve_udp_flow.json', events: 32, ignored: 0, byType: { flow: 16, netflow: 16 } },
    { input: 'suricata/et-alerts/wrccdc-2018.ndjson', events: 207, ignored: 0, byType: { alert: 207 } },
    { input: 'suricata/et-alerts/honeypot-2018.ndjson', events: 44, ignored: 0, byType: { alert: 44 } },
    { input: 'suricata/suricata-verify/output-eve-fileinfo.eve.json', events: 1, ignored: 0, byType: { fileinfo: 1 } },
    { input: 'snort/fast-alert.log', events: 5, ignored: 0, byType: { alert: 5 } },
    { input: 'snort/snort3-alert_json.ndjson', events: 3, ignored: 0, byType: { alert: 3 } },
    { input: 'ftd', events: 9, ignored: 0, byType: firepower, skipped: ['asa-noise.log'] },
    { input: 'ftd/elastic-beats-sample.log', events: 9, ignored: 0, byType: firepower },
    { input: 'zeek/rita-json/http.head5k.json.gz', events: 5000, ignored: 0, byType: { http: 5000 } },
    {
      input: 'zeek/rita-tsv',
      events: 2413,
      ignored: 45,
      byType: { conn: 463, dns: 942, files: 194, http: 407, ssl: 407 },
    },
    { input: 'zeek/wrccdc-json', events: 34130, ignored: 0, byType: wrccdc },
    {
      input: 'suricata',
      events: 23024,
      ignored: 0,
      byType: {
        alert: 18411,
        flow: 2092,
        http: 408,
        fileinfo: 403,
        dns: 1206,
        tls: 258,
        smtp: 116,
        ssh: 4,
        stats: 4,
        anomaly: 106,
        netflow: 16,
      },
      skipped: ['eve-4.1.10/local.rules'],
    },
  ]

describe('road: every sensor file of the corpus, with the totals of its README', needsCorpus, () => {
  for (const { input, events, ignored, byType, skipped = [] } of table) {
    test(`road: open ${input} --once`, async (t) => {
      const { code, stdout, stderr } = await run(t, [
        'open',
        corpusPath(input),
        '--once',
        '-o',
        'json',
        '--data',
        temporaryFolder(t),
      ])
      assert.equal(code, 0, stderr)
      const totals: Totals = JSON.parse(stdout)
      assert.deepEqual(
        { events: totals.events, quarantined: totals.quarantined, ignored: totals.ignored },
        { events, quarantined: 0, ignored },
        stderr,
      )
      assert.deepEqual(totals.byType, byType)
      assert.deepEqual(
        totals.skipped.map(({ file }) => file),
        skipped,
      )
    })
  }

  test('road: a single file without one recognised line: 0 events, exit 1, and why', async (t) => {
    const noise = await run(t, [
      'open',
      corpusPath('ftd/asa-noise.log'),
      '--once',
      '-o',
      'json',
      '--data',
      temporaryFolder(t),
    ])
    assert.equal(noise.code, 1)
    const totals: Totals = JSON.parse(noise.stdout)
    assert.deepEqual([totals.events, totals.ignored, totals.skipped.length], [0, 3, 1])
    assert.match(noise.stderr, /source\.unrecognised/)
    const rules = await run(t, [
      'open',
      corpusPath('suricata/eve-4.1.10/local.rules'),
      '--once',
      '-o',
      'json',
      '--data',
      temporaryFolder(t),
    ])
    assert.equal(rules.code, 1)
    assert.deepEqual(
      (JSON.parse(rules.stdout) as Totals).skipped.map(({ file, lines }) => [file, lines]),
      [['local.rules', 7]],
    )
  })

  test('road: each event comes back byte for byte by its identity', async (t) => {
    const data = temporaryFolder(t)
    const file = corpusPath('suricata/eve-home/eve-2.json')
    assert.equal((await run(t, ['open', file, '--once', '-o', 'json', '--data', data])).code, 0)
    const found = await run(t, ['events', 'search', '', '--all', '-o', 'jsonl', '--data', data])
    assert.equal(found.code, 0, found.stderr)
    const events = found.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: string; raw: string })
    const bySequence = new Map(events.map(({ id, raw }) => [Number(id.split(':')[1]), raw]))
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
    assert.equal(bySequence.size, lines.length)
    lines.forEach((line, index) => assert.equal(bySequence.get(index + 1), line, `sequence ${index + 1}`))
    const one = await run(t, ['events', 'show', events[17]?.id ?? '', '-o', 'json', '--data', data])
    assert.equal((JSON.parse(one.stdout) as { raw: string }).raw, events[17]?.raw)
    const verified = await run(t, ['ledger', 'verify', '-o', 'json', '--data', data])
    assert.equal(verified.code, 0, verified.stderr)
    assert.equal((JSON.parse(verified.stdout) as { events: number }).events, lines.length)
  })
})

test('road: the corpus file is what its README counted', needsCorpus, () => {
  const lines = gunzipSync(readFileSync(join(corpusPath('suricata/eve-4.1.10'), 'eve.json.gz')))
    .toString('utf8')
    .trimEnd()
    .split('\n')
  assert.equal(lines.length, 20339)
})
