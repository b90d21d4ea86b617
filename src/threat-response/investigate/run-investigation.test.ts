// How often what the modules answered is put together: at once, then no more often than leaves most of the time to others.
import assert from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'
import { test } from 'node:test'
import { organisationId } from '../../core/ids.ts'
import type { Clock } from '../../platform/clock.ts'
import { seedsOf } from '../enrich/seeds.ts'
import { memoryModules } from '../modules/modules-memory.ts'
import type { Module } from '../modules/module.ts'
import { InvestigationRun } from './run-investigation.ts'

const here = organisationId('here')
const never = new AbortController().signal
const observable = { type: 'ip', value: '203.0.113.7' } as const

/** Putting together takes so long on it, and rests end when the test says so. */
function restingClock(composingMs = 100) {
  const rests: { readonly ms: number; readonly pass: () => void }[] = []
  let at = 0
  const clock: Clock = {
    now: () => 0,
    monotonic: () => (at += composingMs),
    async sleep(ms) {
      const { promise, resolve } = Promise.withResolvers<void>()
      rests.push({ ms, pass: resolve })
      await promise
    },
  }
  return { clock, rests }
}

/** A module that answers when it is told to. */
function held(name: string) {
  const { promise, resolve } = Promise.withResolvers<void>()
  const none = async (): Promise<never> => assert.fail('not asked')
  const module: Module = {
    verbs: ['observe'],
    health: none,
    deliberate: none,
    refer: none,
    async observe() {
      await promise
      return { kind: 'documents', docs: { judgements: [{ id: name, observable, disposition: 2 }] }, errors: [] }
    },
  }
  return { name, module, answer: resolve }
}

test('issue 9, 6: the first answer is shown at once, those that come close behind together, the last without delay', async () => {
  const { clock, rests } = restingClock()
  const [first, second, third, last] = [held('a'), held('b'), held('c'), held('d')] as const
  const run = new InvestigationRun(seedsOf({ observables: [observable] }), clock)
  const asked = run.ask(await memoryModules(first, second, third, last).open(here), never)
  const shown = async () => {
    await setImmediate()
    return run.state.modules.flatMap(({ name, state }) => (state === 'done' ? [name] : []))
  }
  first.answer()
  assert.deepEqual(await shown(), ['a'])
  second.answer()
  third.answer()
  assert.deepEqual(await shown(), ['a'], 'it rests')
  assert.deepEqual(
    rests.map(({ ms }) => ms),
    [400],
  )
  rests[0]?.pass()
  assert.deepEqual(await shown(), ['a', 'b', 'c'])
  assert.equal(run.state.verdicts[0]?.others.length, 2)
  last.answer()
  await asked
  assert.deepEqual(await shown(), ['a', 'b', 'c', 'd'], 'the end waits for no rest')
  assert.equal(run.state.verdicts[0]?.others.length, 3)
  const deltas = []
  for await (const batch of run.log.follow(0, never))
    for (const { event } of batch) if (event.event === 'verdict.changed') deltas.push(event)
  assert.equal(deltas.length, 3)
})

test('issue 9, 6: one that fails keeps what was answered, also what was not shown yet, and nothing changes it later', async () => {
  const { clock, rests } = restingClock()
  const [first, second, third] = [held('a'), held('b'), held('c')] as const
  const run = new InvestigationRun(seedsOf({ observables: [observable] }), clock)
  const asked = run.ask(await memoryModules(first, second, third).open(here), never)
  first.answer()
  await setImmediate()
  second.answer()
  await setImmediate()
  run.fail({ code: 'internal', detail: 'broken' })
  const { state } = run
  assert.deepEqual(
    state.modules.map((module) => module.state),
    ['done', 'done', 'running'],
  )
  assert.equal(state.verdicts[0]?.others.length, 1)
  rests[0]?.pass()
  third.answer()
  await asked
  assert.equal(run.state, state)
})

test('issue 9, 6: however long putting together takes, what was answered is shown within a second of it', async () => {
  const { clock, rests } = restingClock(3_000)
  const [first, second] = [held('a'), held('b')] as const
  const run = new InvestigationRun(seedsOf({ observables: [observable] }), clock)
  const asked = run.ask(await memoryModules(first, second).open(here), never)
  first.answer()
  await setImmediate()
  assert.deepEqual(
    rests.map(({ ms }) => ms),
    [1_000],
  )
  second.answer()
  await asked
})
