import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatContract } from '../format.contract.ts'
import { suricataEve } from './suricata-eve.ts'

formatContract(suricataEve, import.meta.dirname)

const context = {
  arrivedAt: 1_772_366_400_000,
  fileName: 'eve.json',
  context: '',
  zoneMinutes: 0,
  wanted: 'everything',
} as const

test('traps C1: arrival order is not event time: each line has its own', () => {
  const at = (timestamp: string): number => {
    const event = suricataEve.read(JSON.stringify({ timestamp, event_type: 'ssh' }), context)
    assert.ok(event.kind === 'event')
    return event.at
  }
  assert.ok(at('2026-02-03T04:05:07+0000') > at('2026-02-03T04:05:06+0000'))
  assert.equal(at('no time'), context.arrivedAt)
})

test('delivery J5: nesting of 100,000 is a value, not a crash', () => {
  const deep = `{"timestamp":"2026-02-03T04:05:06Z","x":${'['.repeat(100_000)}${']'.repeat(100_000)},"event_type":"ssh"}`
  const read = suricataEve.read(deep, context)
  const glance = suricataEve.glance(Buffer.from(deep), context)
  assert.ok(glance.kind === 'event' && glance.type === 'ssh')
  assert.ok(read.kind === 'unreadable' || read.kind === 'event')
  const open = `{"event_type":"ssh","x":${'{"a":'.repeat(100_000)}`
  assert.equal(suricataEve.read(open, context).kind, 'unreadable')
  assert.equal(suricataEve.glance(Buffer.from(open), context).kind, 'unreadable')
})

test('delivery J5: a line of 10 MB and one of quotes and backslashes take linear time', () => {
  const started = performance.now()
  const long = `{"timestamp":"2026-02-03T04:05:06Z","pad":"${'x'.repeat(10_000_000)}","event_type":"ssh"}`
  const glance = suricataEve.glance(Buffer.from(long), context)
  assert.ok(glance.kind === 'event' && glance.type === 'ssh')
  const hostile = `{"a":"${'\\\\'.repeat(500_000)}","b":{"event_type":${'"event_type":{'.repeat(20_000)}`
  suricataEve.glance(Buffer.from(`${hostile}}`), context)
  suricataEve.read(hostile, context)
  assert.ok(performance.now() - started < 5000)
})

test('performance 8: a line of 100,000 answers keeps a bounded number of observables', () => {
  const answers = Array.from({ length: 100_000 }, (_, n) => ({
    rrname: 'www.example.com',
    rrtype: 'A',
    rdata: `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`,
  }))
  const line = JSON.stringify({
    timestamp: '2026-02-03T04:05:06Z',
    event_type: 'dns',
    dns: { type: 'answer', answers },
  })
  const event = suricataEve.read(line, context)
  assert.ok(event.kind === 'event')
  assert.equal(event.observables.length, 4096)
  assert.ok(event.relations.length <= 4096)
})
