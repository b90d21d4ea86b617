import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { Fault } from '../../../core/fault.ts'
import { fields } from './fields.ts'
import { parseQuery } from './parse-query.ts'
import type { Expression, Times } from './plan.ts'
import { anyTime } from './plan.ts'

const now = Date.UTC(2026, 10, 24, 12)
const term = (text: string): Expression => ({ kind: 'term', term: text })
const prefix = (text: string): Expression => ({ kind: 'prefix', prefix: text })

const plans: readonly { readonly query: string; readonly where: Expression; readonly why: string }[] = [
  { query: '', where: { kind: 'all' }, why: 'everything' },
  { query: ' * ', where: { kind: 'all' }, why: 'everything' },
  { query: 'type:alert', where: term('type:alert'), why: 'a facet' },
  { query: 'TYPE:alert', where: term('type:alert'), why: 'names of fields in any case' },
  { query: 'ip:10.0.0.0/8', where: prefix('ip:0a'), why: 'whole bytes of a network are one beginning' },
  {
    query: '10.0.0.0/9',
    where: { kind: 'or', parts: ['0', '1', '2', '3', '4', '5', '6', '7'].map((digit) => prefix(`ip:0a${digit}`)) },
    why: 'at most eight',
  },
  { query: 'ip:10.1.*', where: prefix('ip:0a01'), why: 'a beginning at a dot' },
  { query: '[2001:db8::1]', where: term('ip6:20010db8000000000000000000000001'), why: 'an address in brackets' },
  { query: '::ffff:192.0.2.1', where: term('ip:c0000201'), why: 'an IPv4-mapped address is one of IPv4' },
  {
    query: 'domain:X.Example.',
    where: { kind: 'or', parts: [term('domain:x.example'), term('under:x.example')] },
    why: 'the domain and what is under it',
  },
  { query: 'domain=x.example', where: term('domain:x.example'), why: 'the domain alone' },
  { query: 'sid:7', where: { kind: 'or', parts: [prefix('sid:7:'), term('sid:7')] }, why: 'under any generator' },
  { query: 'sid:1:7', where: term('sid:7:1'), why: 'under one generator' },
  { query: '-sid:1:7', where: { kind: 'not', part: term('sid:7:1') }, why: 'not' },
  { query: 'NOT type:a', where: { kind: 'not', part: term('type:a') }, why: 'not, in a word' },
  {
    query: 'type:a type:b OR type:c',
    where: { kind: 'or', parts: [{ kind: 'and', parts: [term('type:a'), term('type:b')] }, term('type:c')] },
    why: 'OR binds weaker',
  },
  {
    query: 'type:a AND (type:b OR type:c)',
    where: { kind: 'and', parts: [term('type:a'), { kind: 'or', parts: [term('type:b'), term('type:c')] }] },
    why: 'parentheses',
  },
  { query: 'type:"connection end"', where: term('type:connection end'), why: 'a value in quotes' },
  { query: 'flag:"a\\"b\\\\"', where: term('flag:a"b\\'), why: 'quotes and backslashes in quotes' },
  { query: 'flag:"a*"', where: term('flag:a*'), why: 'a star in quotes is a star' },
  { query: 'flag:a(b)', where: term('flag:a(b)'), why: 'balanced parentheses of a word are its own' },
  { query: 'port:443', where: term('port:443'), why: 'a port' },
]

for (const { query, where, why } of plans)
  test(`issue 8, 6: ${JSON.stringify(query)} is ${why}`, () => {
    assert.deepEqual(parseQuery(query, now), { where, times: anyTime })
  })

const moments: readonly { readonly query: string; readonly times: Partial<Times> }[] = [
  { query: 'since:1h', times: { since: now - 3_600_000 } },
  { query: 'until:2d since:2w', times: { since: now - 1_209_600_000, until: now - 172_800_000 } },
  {
    query: 'since:2026-11-24 until:2026-11-24',
    times: { since: Date.UTC(2026, 10, 24), until: Date.UTC(2026, 10, 25) - 1 },
  },
  { query: 'since:2026-11-24T10:00', times: { since: Date.UTC(2026, 10, 24, 10) } },
  { query: 'since:2026-11-24T10:00:00+02:00', times: { since: Date.UTC(2026, 10, 24, 8) } },
  { query: 'until:2026-11-24T10:00Z', times: { until: Date.UTC(2026, 10, 24, 10, 1) - 1 } },
  { query: 'until:2026-11-24T10:00:07Z', times: { until: Date.UTC(2026, 10, 24, 10, 0, 8) - 1 } },
  { query: 'arrived:1h', times: { arrivedSince: now - 3_600_000 } },
  {
    query: 'arrived:2026-11-01..2026-11-07',
    times: { arrivedSince: Date.UTC(2026, 10, 1), arrivedUntil: Date.UTC(2026, 10, 8) - 1 },
  },
  { query: 'arrived:..1d', times: { arrivedUntil: now - 86_400_000 } },
  { query: '(since:1h) since:2h', times: { since: now - 3_600_000 } },
]

for (const { query, times } of moments)
  test(`issue 8, 6: ${query} says when`, () => {
    assert.deepEqual(parseQuery(query, now).times, { ...anyTime, ...times })
  })

const errors: readonly { readonly query: string; readonly at: number; readonly why: string }[] = [
  { query: 'type:alert colour:red', at: 12, why: 'an unknown field' },
  { query: 'a ip:10.0.0.300', at: 3, why: 'no address' },
  { query: '(a', at: 1, why: 'a ( that is not closed' },
  { query: 'type:(', at: 6, why: 'a ( in a word that is not closed' },
  { query: 'a flag:x(y(z) b', at: 9, why: 'the first of two in a word that is not closed' },
  { query: 'a )', at: 3, why: 'a ) that nothing opened' },
  { query: 'a OR', at: 5, why: 'a word is missing' },
  { query: 'a "b', at: 3, why: 'a quote that is not closed' },
  { query: 'a since:1h OR b', at: 12, why: 'a time beside OR' },
  { query: '-(since:1h)', at: 3, why: 'a time behind NOT' },
  { query: 'since:yesterday', at: 1, why: 'no time' },
  { query: 'a\0b', at: 2, why: 'a control character' },
  { query: `url:${'x'.repeat(65)}*`, at: 1, why: 'a long beginning' },
]

for (const { query, at, why } of errors)
  test(`issue 8, 6: ${why} is query.malformed with its place`, () => {
    assert.throws(
      () => parseQuery(query, now),
      (error) =>
        error instanceof Fault && error.code === 'query.malformed' && error.what.endsWith(`(at character ${at})`),
    )
  })

test('issue 8, 6: docs/query.md names every field, its examples are read, and every field it names is there', async () => {
  const page = await readFile(join(import.meta.dirname, '../../../../docs/query.md'), 'utf8')
  const rows = page.slice(page.indexOf('## Fields'), page.indexOf('## Combining')).split('\n')
  const cells = rows.filter((row) => row.startsWith('| `')).map((row) => row.split('|')[1] ?? '')
  const named = new Set(cells.flatMap((cell) => [...cell.matchAll(/`([a-z0-9_]+)`/g)].map((match) => match[1] ?? '')))
  const times = ['since', 'until', 'arrived']
  assert.deepEqual([...named].sort(), [...fields.keys(), ...times].sort())
  const example = /```\n(.*)\n```/.exec(page)?.[1] ?? ''
  assert.equal(parseQuery(example, now).times.since, now - 3_600_000)
})

test('security S15: whatever is typed is a plan, or query.malformed that points into the text', () => {
  const piece = fc.oneof(
    fc.constantFrom('(', ')', '"', '-', ' ', '*', ':', '=', '\\', ' OR ', ' AND ', 'NOT ', '..', '/', '[', '\0'),
    fc.constantFrom(...fields.keys(), 'since', 'until', 'arrived', '10.0.0.0/8', '1h', 'x.example', '2026-11-24'),
    fc.string({ unit: 'binary', maxLength: 4 }),
  )
  const queries = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''))
  fc.assert(
    fc.property(queries, (query) => {
      try {
        parseQuery(query, now)
      } catch (error) {
        assert.ok(error instanceof Fault && error.code === 'query.malformed', String(error))
        const at = Number(/\(at character (\d+)\)$/.exec(error.what)?.[1])
        // One behind its end: something is missing there.
        assert.ok(at >= 1 && at <= query.length + 1, error.what)
      }
    }),
    { seed: 9, numRuns: 5_000 },
  )
})
