// docs/vocabulary.md says what the code does: classes, severities, formats and relations.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import type { SensorFormat } from './format.ts'
import { formatNamed, formats } from './formats.ts'

const page = readFileSync(resolve(import.meta.dirname, '../../docs/vocabulary.md'), 'utf8')
const sensors = ['suricata', 'snort', 'zeek', 'firepower'] as const

test('issue 8 item 2: the table of selection classes names exactly the types that the formats select', () => {
  for (const selection of ['intrusion', 'connection', 'file-malware'] as const) {
    const cells = rowOf(selection)
    for (const [index, sensor] of sensors.entries()) {
      const told = [...(cells[index] ?? '').matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '')
      for (const format of formats.filter((each) => each.sensor === sensor)) {
        const selected = Object.keys(format.classes).filter((type) => format.classes[type] === selection)
        assert.deepEqual(told.toSorted(), selected.toSorted(), `${selection} of ${format.name}`)
      }
    }
  }
})

test('issue 8 item 2: the severity table is what the formats do', () => {
  const severity = (format: string, line: string, context = ''): string => {
    const event = named(format).read(line, {
      arrivedAt: 0,
      zoneMinutes: 0,
      wanted: 'everything',
      fileName: '',
      context,
    })
    return event.kind === 'event' ? event.severity : event.kind
  }
  const numbered = [
    (n: number) => severity('suricata/eve', `{"timestamp":"x","event_type":"alert","alert":{"severity":${n}}}`),
    (n: number) => severity('snort/alert_json', `{"rule":"1:2:3","msg":"x","priority":${n}}`),
    (n: number) => severity('cisco/syslog', `%FTD-0-430001: SrcIP: 192.0.2.1, Priority: ${n}`),
  ]
  for (const severityOf of numbered)
    assert.deepEqual([0, 1, 2, 3, 4].map(severityOf), ['unknown', 'high', 'medium', 'low', 'low'])
  for (const row of ['alert.severity', '`priority`', '`Priority`']) {
    assert.match(page, new RegExp(`\\|[^|]*${row}[^|]*\\| 1[^|]*\\| 2[^|]*\\| 3 and above[^|]*\\| 0 or none \\|`))
  }
  for (const type of ['notice', 'signatures', 'intel']) {
    assert.equal(severity('zeek/json', `{"_path":"${type}","ts":1}`), 'medium')
  }
  assert.equal(severity('zeek/json', '{"_path":"conn","ts":1}'), 'unknown')
  assert.equal(severity('cisco/syslog', '%FTD-0-430005: SHA_Disposition: Malware'), 'high')
})

test('issue 8 item 2: every format is named, every relation used in a case is in the table', () => {
  for (const { name } of formats) assert.ok(page.includes(`\`${name}\``), name)
  const folders = ['suricata-eve', 'zeek-json', 'zeek-tsv', 'snort-json', 'snort-fast', 'firepower']
  for (const folder of folders) {
    const cases = readFileSync(join(import.meta.dirname, folder, 'cases.jsonl'), 'utf8')
    for (const [, relation = 'none'] of cases.matchAll(
      / ([A-Z][a-z]+(?:_[A-Z][a-z]+)+) (?:ip|domain|url|user|file|email|hash)/g,
    )) {
      assert.ok(page.includes(relation), relation)
    }
  }
})

function rowOf(selection: string): readonly string[] {
  const row = page.split('\n').find((line) => line.startsWith(`| ${selection} |`))
  assert.ok(row, selection)
  return row.split('|').slice(2)
}

function named(name: string): SensorFormat {
  const format = formatNamed(name)
  assert.ok(format, name)
  return format
}
