// What a relay says by `deliberate` and again by `observe` counts once, whichever comes first.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { organisationId } from '../../core/ids.ts'
import { systemClock } from '../../platform/clock.ts'
import { memoryModules } from '../modules/modules-memory.ts'
import type { CtimDocument, Documents, Module } from '../modules/module.ts'
import { startInvestigations } from './investigations.ts'

const here = organisationId('here')
const observable = { type: 'ip', value: '203.0.113.7' } as const

function documents(docs: Documents['docs']): Documents {
  return { kind: 'documents', docs, errors: [] }
}

/** As abuseipdb makes one: ids and times anew at every call. */
function verdict(disposition: number, more: CtimDocument = {}): CtimDocument {
  const start_time = new Date(systemClock.now()).toISOString()
  const judgement_id = `transient:judgement-${randomUUID()}`
  return { type: 'verdict', disposition, observable, judgement_id, valid_time: { start_time }, ...more }
}

async function asked(first: 'deliberate' | 'observe', quick: CtimDocument, whole: Documents['docs']) {
  const answered = Promise.withResolvers<void>()
  const say = async (verb: typeof first, docs: Documents['docs']) => {
    if (verb !== first) await answered.promise
    // The other begins when this one has been taken.
    setImmediate(() => answered.resolve())
    return documents(docs)
  }
  const none = async (): Promise<never> => assert.fail('not asked')
  const module: Module = {
    verbs: ['deliberate', 'observe'],
    health: none,
    refer: none,
    deliberate: async () => await say('deliberate', { verdicts: [quick] }),
    observe: async () => await say('observe', whole),
  }
  await using investigations = startInvestigations({
    modules: memoryModules({ name: 'Relay', module }),
    clock: systemClock,
  })
  const { id } = await investigations.create(here, { observables: [observable] })
  return (await investigations.wait(here, id, { timeoutMs: 10_000 })) ?? assert.fail()
}

for (const first of ['deliberate', 'observe'] as const) {
  test(`threat-response 4.8: one verdict by two verbs is one opinion, ${first} first`, async () => {
    const found = await asked(first, verdict(2), { verdicts: [verdict(2)] })
    assert.deepEqual(found.modules[0]?.counts, { verdicts: 1 })
    assert.equal(found.verdicts[0]?.disposition, 2)
    assert.deepEqual(found.verdicts[0].others, [])
    assert.equal(found.verdicts[0].why, 'Only Relay judges it.')
  })

  test(`threat-response 4.8: of a verdict the judgement counts that came with observe, ${first} first`, async () => {
    const whole = { ...verdict(2), type: 'judgement', id: 'transient:judgement-1', priority: 80, reason: 'seen' }
    const found = await asked(first, verdict(2), { judgements: [whole] })
    assert.deepEqual([found.verdicts[0]?.judgement.reason, found.verdicts[0]?.others], ['seen', []])
  })

  test(`threat-response 4.8: a relay that says otherwise the second time is heard twice, ${first} first`, async () => {
    const found = await asked(first, verdict(2), { verdicts: [verdict(3)] })
    assert.deepEqual(found.modules[0]?.counts, { verdicts: 2 })
    assert.equal(found.verdicts[0]?.disposition, 2)
    assert.equal(found.verdicts[0].others.length, 1)
  })

  test(`threat-response 4.8: a verdict that holds now is not the one that ran out, ${first} first`, async () => {
    const old = { valid_time: { start_time: '2020-01-01T00:00:00Z', end_time: '2020-02-01T00:00:00Z' } }
    const found = await asked(first, verdict(2), { verdicts: [verdict(2, old)] })
    assert.equal(found.verdicts[0]?.disposition, 2)
  })
}
