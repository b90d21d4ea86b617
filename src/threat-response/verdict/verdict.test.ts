// The verdict rule over what modules really send: priority, disposition, start and id; what is valid; what is one
// opinion though it came twice.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CtimDocument } from '../modules/module.ts'
import { judge } from './judge.ts'
import { readJudgements } from './read-judgements.ts'

const now = Date.parse('2026-11-24T12:00:00Z')
const observable = { type: 'ip', value: '203.0.113.7' }
const relay = { module: 'relay-1', name: 'Relay' }

type Docs = { readonly judgements?: readonly CtimDocument[]; readonly verdicts?: readonly CtimDocument[] }

function verdictOf(docs: Docs) {
  const [verdict, ...more] = judge(readJudgements({ kind: 'documents', docs, errors: [] }, relay), now)
  assert.deepEqual(more, [])
  return verdict
}

function judgement(id: string, more: CtimDocument): CtimDocument {
  return { id, observable, disposition: 3, priority: 50, ...more }
}

const from = (start: string) => ({ valid_time: { start_time: start, end_time: '2525-01-01T00:00:00.000Z' } })

test('threat-response 4.8: priority, then the lowest disposition, then the newest start, then the greatest id', () => {
  const cases: readonly (readonly [why: string, strongest: CtimDocument, other: CtimDocument])[] = [
    ['priority', judgement('a', { priority: 91 }), judgement('b', { priority: 90, disposition: 1 })],
    ['Clean before Malicious', judgement('a', { disposition: 1 }), judgement('b', { disposition: 2 })],
    ['Malicious before Unknown', judgement('a', { disposition: 2 }), judgement('b', { disposition: 5 })],
    ['newest', judgement('a', from('2026-11-02')), judgement('b', from('2026-11-01'))],
    ['greatest id', judgement('b', {}), judgement('a', {})],
  ]
  for (const [why, strongest, other] of cases)
    for (const judgements of [
      [strongest, other],
      [other, strongest],
    ]) {
      const found = verdictOf({ judgements })
      assert.deepEqual([found?.judgement.id, found?.others.length], [strongest['id'], 1], why)
    }
})

test('traps 14, 24: what is not valid now says nothing; a time that is missing is no limit', () => {
  const expired = judgement('a', { valid_time: { start_time: '2026-01-01', end_time: '2026-02-01' } })
  const never = judgement('b', { valid_time: { start_time: '2026-11-24T12:00:00Z', end_time: '2026-11-24T12:00:00Z' } })
  assert.equal(verdictOf({ judgements: [expired, never] }), undefined)
  const bare = { type: 'verdict', observable, disposition: 2 }
  const found = verdictOf({ judgements: [expired], verdicts: [bare] })
  assert.deepEqual([found?.disposition, found?.judgement.priority, found?.others], [2, 90, []])
})

test('threat-response 4.8: a verdict is the judgement it copies, under whatever id a module made up for it', () => {
  const said = judgement('transient:judgement-1', { disposition: 2, priority: 85, ...from('2026-11-24T11:59:58Z') })
  const cases: readonly (readonly [why: string, verdict: CtimDocument, opinions: number])[] = [
    ['named by its id', { observable, disposition: 2, judgement_id: 'transient:judgement-1' }, 1],
    [
      'another id, a moment later',
      { observable, disposition: 2, judgement_id: 'x', ...from('2026-11-24T11:59:59Z') },
      1,
    ],
    ['no id', { observable, disposition: 2 }, 1],
    ['the same address in other letters', { observable: { type: 'ip', value: ' 203.0.113.7' }, disposition: 2 }, 1],
    ['another disposition', { observable, disposition: 1, judgement_id: 'x' }, 2],
  ]
  for (const [why, verdict, opinions] of cases) {
    const found = verdictOf({ judgements: [said], verdicts: [verdict] })
    assert.equal((found?.others.length ?? 0) + 1, opinions, why)
    if (opinions === 1) assert.equal(found?.judgement.priority, 85, why)
  }
})

test('threat-response 4.8: a judgement without id hides no verdict on something else', () => {
  const other = { observable: { type: 'domain', value: 'other.example' }, disposition: 2 }
  const verdicts = [{ type: 'verdict', ...other }]
  const docs = { judgements: [{ observable, disposition: 2 }], verdicts }
  const found = judge(readJudgements({ kind: 'documents', docs, errors: [] }, relay), now)
  assert.deepEqual(
    found.map(({ observable: on }) => on.value),
    ['203.0.113.7', 'other.example'],
  )
})
