import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatNamed, formats, recogniseFormat } from './formats.ts'

const lines = (...texts: readonly string[]): readonly Buffer[] => texts.map((text) => Buffer.from(text))

const samples = {
  'suricata/eve': '{"timestamp":"2026-01-01T00:00:00.0+0000","event_type":"alert","alert":{"severity":1}}',
  'zeek/json': '{"ts":1,"uid":"C1","id.orig_h":"192.0.2.1","query":"example.com","rejected":false}',
  'zeek/tsv': '#fields\tts\tuid',
  'snort/alert_json': '{ "timestamp" : "07/07-20:00:35.4", "pkt_num" : 1, "rule" : "1:2:3", "action" : "allow" }',
  'snort/alert_fast': '05/30-19:09:10.9  [**] [1:527:8] A [**] [Priority: 2] {UDP} 192.0.2.1:1 -> 192.0.2.2:2',
  'cisco/syslog': '<113>Aug 14 2019 14:54:25 fw %FTD-1-430002: SrcIP: 192.0.2.1',
} as const

test('delivery N1: every format recognises its own line, and no other format does', () => {
  for (const [name, line] of Object.entries(samples)) {
    assert.deepEqual(
      formats.filter((format) => format.recognise(lines(line)) > 0).map((format) => format.name),
      [name],
    )
    assert.equal(recogniseFormat(lines(line))?.format, formatNamed(name))
  }
  assert.equal(new Set(formats.map((format) => format.name)).size, formats.length)
})

test('delivery N1: the format of most lines wins, a cut first line is no hindrance', () => {
  const eve = samples['suricata/eve']
  assert.deepEqual(recogniseFormat(lines(eve.slice(20), samples['zeek/json'], eve, eve))?.format.name, 'suricata/eve')
  assert.equal(recogniseFormat(lines(eve.slice(20), samples['zeek/json'], eve, eve))?.recognised, 2)
})

test('issue 8: text of no sensor is of no format', () => {
  const others = [
    '',
    ' ',
    '{}',
    '[]',
    'a,b,c',
    '# comment',
    '{"level":"info","msg":"x","time":"y"}',
    'Jan  1 host x: y',
  ]
  assert.equal(recogniseFormat(lines(...others)), undefined)
  assert.equal(recogniseFormat([]), undefined)
  assert.equal(formatNamed('nothing'), undefined)
})

test('issue 8: lines of an ASA are recognised as no format, and ignored among lines of Firepower', () => {
  const [asa, rule] = lines('<127>Apr 15 2017 00:21:14 192.0.2.1 : %ASA-5-111010: User', '# rule')
  assert.ok(asa && rule)
  assert.equal(recogniseFormat([asa]), undefined)
  const origin = { fileName: '', context: '' }
  assert.equal(formatNamed('cisco/syslog')?.glance(asa, origin).kind, 'ignored')
  assert.equal(formatNamed('cisco/syslog')?.glance(rule, origin).kind, 'unreadable')
})
