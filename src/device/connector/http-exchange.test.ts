// What a device makes of a refusal.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codes } from '../../core/codes.ts'
import { Fault } from '../../core/fault.ts'
import { answerFault } from './http-exchange.ts'

test('console-and-cli 10: a refusal of the exchange says its remedy once', () => {
  const what = 'The token was used on 2026-11-24T00:00:00.000Z by device edge-1 from 192.0.2.1'
  const heard = (sent: Fault, head = '') =>
    answerFault({ status: 403, retryAfterS: 0, body: `${head}${sent.message}\n` }, 'exchange.example')
  const { remedy } = codes['enrolment.token.spent']
  for (const head of ['', 'Forbidden\n']) {
    const fault = heard(new Fault('enrolment.token.spent', { what }), head)
    assert.deepEqual([fault.code, fault.what, fault.remedy], ['enrolment.token.spent', what, remedy])
  }
  const own = heard(new Fault('enrolment.token.spent', { what, remedy: 'Ask who made it.' }))
  assert.equal(own.what, `${what}. Ask who made it.`)
})
