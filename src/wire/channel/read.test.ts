// The readers of both directions: valid messages, and each of them turned invalid in one member.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Status } from '../status.ts'
import type { FromDevice, FromExchange } from './messages.ts'
import { readFromDevice } from './read-from-device.ts'
import { readFromExchange } from './read-from-exchange.ts'

const stream = 'a'.repeat(32)
const hash = 'b'.repeat(64)
const head = { block: 3, hash, sequence: 9 }

const status: Status = {
  v: 1,
  program: 'p',
  device: 'dev-1',
  at: 1,
  clockOffsetMs: -3,
  enrolled: true,
  channel: { state: 'connected', since: 1, peer: 'x', lastAckAt: 0, lastCode: 'dns.failed', nextAttemptAt: 2 },
  certificate: { serial: '01', notAfter: 1, renewAt: 1 },
  eventHandler: {
    v: 1,
    pid: 1,
    startedAt: 1,
    socket: '/run/x',
    sources: [
      {
        name: 's',
        format: 'zeek/json',
        input: '/x',
        state: 'reading',
        reason: 'r',
        stream,
        behindBytes: 0,
        events: 1,
        ignored: 0,
        notSelected: 0,
        lost: { 'spool.full': { count: 1, unknown: true } },
        lastEventAt: 0,
      },
    ],
    spool: {
      bytes: 1,
      bytesMax: 1,
      segments: 1,
      outstandingEvents: 0,
      outstandingBytes: 0,
      oldestOutstandingAt: 0,
      state: 'open',
      given: { [stream]: { source: 's', sequence: 1, block: 1, acknowledged: -1 } },
    },
    drained: false,
  },
  configurationHash: '',
}

const fromDevice: readonly FromDevice[] = [
  { t: 'hello', v: 1, versions: [1], program: 'p', device: 'dev-1', clock: 1, session: 's' },
  { t: 'streams', streams: [{ stream, source: 's', state: 'live', head, lowest: 0 }] },
  { t: 'blocks' },
  { t: 'missing', stream, from: 1, through: 2, cause: 'spool.removed', final: { hash, sequence: 1 } },
  { t: 'checkpoint', stream, block: 1, hash, sequence: 1, at: 1, signature: 'AAAA' },
  { t: 'status', status },
]

const fromExchange: readonly FromExchange[] = [
  { t: 'welcome', v: 1, journal: 'j', clock: 1, credit: 1, lingerMs: 50, messageBytes: 1 },
  { t: 'resume', heads: { [stream]: head } },
  {
    t: 'resume',
    heads: {
      [stream]: {
        ...head,
        holes: [
          [3, 3],
          [5, 9],
        ],
      },
    },
  },
  { t: 'ack', acks: { [stream]: 1 } },
  { t: 'credit', bytes: 1, lingerMs: 50 },
  { t: 'wanted', stream, block: 1, damaged: true },
  { t: 'refused', stream, block: 1, code: 'stream.conflict' },
  { t: 'drain', comeBackMs: 1 },
]

const directions = [
  { name: 'device', read: readFromDevice, messages: fromDevice },
  { name: 'exchange', read: readFromExchange, messages: fromExchange },
] as const

for (const { name, read, messages } of directions) {
  test(`delivery C2: every message from a ${name} is read, also with members of a later version`, () => {
    for (const message of messages) {
      assert.equal(read(message), message)
      assert(read({ ...message, later: { any: ['thing'] } }) !== undefined, message.t)
    }
  })

  test(`delivery D25: a message from a ${name} with any one member of another kind is none`, () => {
    for (const message of messages)
      for (const path of leavesOf(message))
        for (const wrong of [{}, [], null, 'x\u0000'.repeat(4_100), -2, 2 ** 53, Number.NaN, Symbol('x')]) {
          if (mayStand(path, wrong)) continue
          const changed = withLeaf(message, path, wrong)
          assert.equal(read(changed), undefined, `${message.t} ${path.join('.')} = ${typeof wrong}`)
        }
  })

  test(`security S6: whatever comes from a ${name}, the reader neither throws nor believes it`, () => {
    fc.assert(fc.property(fc.anything(), (value) => read(value) === undefined))
    assert.equal(read({ t: '__proto__' }), undefined)
    assert.equal(read({ t: 'constructor' }), undefined)
  })
}

test('delivery D25: lists and records are bounded', () => {
  const streams = Array.from({ length: 20_001 }, () => ({ stream, source: 's', state: 'live', head, lowest: 0 }))
  assert.equal(readFromDevice({ t: 'streams', streams }), undefined)
  assert(readFromDevice({ t: 'streams', streams: streams.slice(1) }) !== undefined)
})

type Path = readonly string[]

function leavesOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path]
  return Object.entries(value).flatMap(([name, member]) => leavesOf(member, [...path, name]))
}

function withLeaf(value: unknown, [name, ...rest]: Path, leaf: unknown): unknown {
  if (name === undefined) return leaf
  const members = value as Record<string, unknown>
  const changed = withLeaf(members[name], rest, leaf)
  return Array.isArray(value)
    ? value.map((item, index) => (String(index) === name ? changed : item))
    : { ...members, [name]: changed }
}

/** Instants, differences and versions may be any number that the member can hold; a count may not be negative or unsafe. */
const anyNumber = /^(?:clock|at|since|v|0|clockOffsetMs|\w+At|notAfter)$/

function mayStand(path: Path, wrong: unknown): boolean {
  return typeof wrong === 'number' && !Number.isNaN(wrong) && anyNumber.test(path.at(-1) ?? '')
}
