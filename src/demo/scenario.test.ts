import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatNamed } from '../sensors/formats.ts'
import { type DemoLines, ordinarySites, Scenario } from './scenario.ts'
import { story } from './story.ts'

const begin = 1_700_000_000_000

function lines(seed: number): DemoLines {
  const scenario = new Scenario(seed)
  const all = Array.from({ length: 400 }, (_, step) => scenario.step(begin + step * 1000))
  return {
    eve: all.flatMap((each) => each.eve),
    snort: all.flatMap((each) => each.snort),
    zeekConn: all.flatMap((each) => each.zeekConn),
    zeekDns: all.flatMap((each) => each.zeekDns),
    firepower: all.flatMap((each) => each.firepower),
  }
}

test('demo: the same seed gives the same lines, another seed others', () => {
  assert.deepEqual(lines(1), lines(1))
  assert.notDeepEqual(lines(1), lines(2))
})

test('demo: the whole story is told, in documentation addresses and names only', () => {
  const text = Object.values(lines(7)).flat().join('\n')
  for (const part of Object.values(story)) assert(text.includes(part), part)
  for (const site of ordinarySites) assert(text.includes(site), site)
  for (const address of text.match(/\d+\.\d+\.\d+\.\d+/g) ?? []) {
    if (address.startsWith('8.5.')) continue
    assert.match(address, /^(192\.0\.2|198\.51\.100|203\.0\.113)\./)
  }
})

test('demo: every line is read by the parser of its sensor, at the time it happened, and none is quarantined', () => {
  const told = lines(7)
  const formats = [
    ['suricata/eve', told.eve, 'eve.json', ['alert', 'dns', 'fileinfo', 'flow', 'http', 'smtp', 'tls']],
    ['snort/alert_json', told.snort, 'alert_json.txt', ['alert']],
    ['zeek/json', told.zeekConn, 'conn.log', ['conn']],
    ['zeek/json', told.zeekDns, 'dns.log', ['dns']],
    ['cisco/syslog', told.firepower, '', ['connection end', 'intrusion', 'malware']],
  ] as const
  for (const [name, some, fileName, types] of formats) {
    const format = formatNamed(name)
    assert(format !== undefined && some.length > 0, name)
    const seen = new Set<string>()
    for (const line of some) {
      const context = {
        arrivedAt: begin + 400_000,
        fileName,
        context: '',
        zoneMinutes: 0,
        wanted: 'everything',
      } as const
      const read = format.read(line, context)
      assert(read.kind === 'event', line)
      assert(read.at >= begin - 300_000 && read.at <= begin + 401_000, line)
      seen.add(read.type)
    }
    assert.deepEqual([...seen].sort(), types, name)
  }
})
