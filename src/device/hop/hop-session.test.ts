import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeFrame, encodeFrame, isFrame } from '../../wire/frame.ts'
import { systemClock } from '../../platform/clock.ts'
import { openLog } from '../../platform/log.ts'
import { until } from './hop.contract.ts'
import { HopSession } from './hop-session.ts'

type Hello = { readonly session: string; readonly t: string }

function session() {
  const states: string[] = []
  const sent: string[] = []
  const time = { ahead: 0 }
  const end = new HopSession<Hello>({
    handlers: { onMessage() {}, onState: (state) => void states.push(state) },
    heartbeat: () => ({ t: 'alive' }),
    async transmit(frame) {
      const { head } = asFrame(frame)
      if (typeof head === 'object' && head !== null && 'session' in head) sent.push(String(head.session))
      return true
    },
    clock: { ...systemClock, monotonic: () => systemClock.monotonic() + time.ahead },
    log: openLog('test', '/dev/null'),
  })
  return { end, states, sent, time, [Symbol.asyncDispose]: () => end.close() }
}

function asFrame(bytes: Buffer) {
  const frame = decodeFrame(bytes)
  assert(isFrame(frame))
  return frame
}

const hello = (id: string) => encodeFrame({ t: 'hello', session: id })

test('delivery H1: 3 s without a message is silence, and what is said after it stands under a new session', async () => {
  await using one = session()
  one.end.received(hello('a'))
  assert.deepEqual(one.states, ['connected'])
  await until(() => one.sent.length > 0, 'its heartbeat')
  const before = one.sent.at(-1)
  one.time.ahead = 2_000
  one.end.received(hello('a'))
  one.time.ahead += 3_001
  await until(() => one.states.at(-1) === 'silent', 'silence')
  assert.equal(one.end.send({ t: 'x' }), false)
  await until(() => one.sent.at(-1) !== before, 'a new session')
  one.end.received(hello('a'))
  assert.deepEqual(one.states, ['connected', 'silent', 'connected'])
})

test('delivery H1: a new session of the other side is told, a message that cannot be read changes nothing', async () => {
  await using one = session()
  one.end.received(hello('a'))
  one.end.received(hello('a'))
  one.end.received(Buffer.from('rubbish'))
  one.end.received(encodeFrame({ no: 'session' }))
  one.end.received(hello('b'))
  assert.deepEqual(one.states, ['connected', 'connected'])
})

test('delivery C5: a meeting that is renewed goes on under a new session at once', async () => {
  await using one = session()
  one.end.received(hello('a'))
  await until(() => one.sent.length > 0, 'its heartbeat')
  const before = one.sent.at(-1)
  one.end.renew()
  await until(() => one.sent.at(-1) !== before, 'a new session')
  assert.equal(one.end.state, 'connected')
})
