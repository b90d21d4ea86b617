import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '../platform/clock.ts'
import { startProgress } from './progress.ts'
import { fakeTerminal } from './session-fake.ts'

function at() {
  let now = 0
  return { clock: { ...systemClock, monotonic: () => now }, pass: (ms: number) => (now += ms) }
}

test('issue 8.9: on a terminal progress is one line that is drawn again, and is gone at the end', () => {
  const terminal = fakeTerminal('', true)
  const { clock, pass } = at()
  const progress = startProgress(terminal, 'Reading', 'events', clock)
  progress.update(0, 2_000)
  pass(4_000)
  progress.update(1_000, 2_000)
  progress.update(1_001, 2_000)
  progress[Symbol.dispose]()
  const shown = terminal.err()
  assert.match(shown, /\[############\.{12}\] {2}50 % {2}Reading {2}1,000 of 2,000 events, 4 s left/)
  assert.doesNotMatch(shown, /1,001|\n/)
  assert.ok(shown.endsWith('\r\u001b[K'))
  assert.equal(terminal.out(), '')
})

test('issue 8.9: elsewhere progress is a plain line now and then', () => {
  const terminal = fakeTerminal()
  const { clock, pass } = at()
  using progress = startProgress(terminal, 'Reading', 'events', clock)
  for (let step = 0; step < 100; step++) {
    progress.update(step)
    pass(200)
  }
  const lines = terminal.err().trimEnd().split('\n')
  assert.deepEqual(lines, ['Reading  25 events', 'Reading  50 events', 'Reading  75 events'])
})
