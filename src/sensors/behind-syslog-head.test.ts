import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { assertAgree } from './format.contract.ts'
import { formatNamed, recogniseFormat } from './formats.ts'

const heads = [
  '<133>Nov 24 10:00:00 sensor-1 suricata[812]: ',
  '<133>Nov  4 10:00:00 suricata: ',
  '<13>2026-11-24T10:00:00.123456+00:00 sensor-1 suricata[812]: ',
  '<13>Nov 24 10:00:00 sensor-1 ',
  '<13>sensor-1 relay suricata: ',
  '<13>',
  '<165>1 2026-11-24T10:00:00Z sensor-1 suricata 812 eve - ',
  '<165>1 2026-11-24T10:00:00Z sensor-1 suricata - - [origin ip="192.0.2.1"][x@1 a="b\\"]c" d=""] ',
  '<165>1 - - - - - - \ufeff',
]
const folders = {
  'suricata/eve': 'suricata-eve',
  'zeek/json': 'zeek-json',
  'snort/alert_json': 'snort-json',
  'snort/alert_fast': 'snort-fast',
}
const context = {
  arrivedAt: Date.UTC(2026, 2, 1),
  zoneMinutes: 0,
  fileName: '',
  context: '',
  wanted: 'everything',
} as const

/** @returns the lines of a format's cases that are events, whole */
function eventLines(name: string, folder: string): string[] {
  const cases = readFileSync(join(import.meta.dirname, folder, 'cases.jsonl'), 'utf8')
    .trim()
    .split('\n')
  return cases
    .map((text): string => JSON.parse(text).line)
    .filter((line) => formatNamed(name)?.read(line, context).kind === 'event' && !line.startsWith('\ufeff'))
}

for (const [name, folder] of Object.entries(folders))
  test(`issue 9 item 1: ${name}: a line behind a head of syslog reads as the line alone`, () => {
    const format = formatNamed(name)
    assert(format !== undefined)
    const lines = eventLines(name, folder)
    assert.ok(lines.length > 5)
    for (const line of lines)
      for (const head of heads) {
        const whole = `${head}${line}`
        assert.deepEqual(format.read(whole, context), format.read(line, context), whole)
        assert.deepEqual(format.glance(Buffer.from(whole), context), format.glance(Buffer.from(line), context), whole)
        assert.equal(
          recogniseFormat([Buffer.from(whole)])?.format.name,
          recogniseFormat([Buffer.from(line)])?.format.name,
        )
      }
  })

test('issue 9 item 1: what only looks like a head is read as it is, and glance agrees with read on any of it', () => {
  const format = formatNamed('suricata/eve')
  assert(format !== undefined)
  for (const line of [
    '<',
    '<1',
    '<1>',
    '<1>1',
    '<999>1 a b c d e [',
    '<1>a b c d e f',
    `<1>1 a b c d e [${'"'.repeat(900)}`,
  ])
    assert.equal(format.read(line, context).kind, 'unreadable', line)
  fc.assert(
    fc.property(fc.constantFrom(...heads), fc.nat(80), fc.string({ maxLength: 20 }), (head, at, text) => {
      const line = `${head.slice(0, at)}${text}${head.slice(at)}{"event_type":"dns"}`
      assertAgree(format.glance(Buffer.from(line), context), format.read(line, context), line)
    }),
  )
})
