import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Fault } from '../../../core/fault.ts'
import { normalise, type Observable, type ObservableType } from '../../../core/observable.ts'
import { openSqliteEventIndex } from '../index/event-index-sqlite.ts'
import { openSqliteBlockStore } from '../blocks/block-store-sqlite.ts'
import { indexedBlock } from '../index/index-fixture.ts'
import { temporaryFolder } from '../journal-fixture.ts'
import { StreamFixture } from '../stream-fixture.ts'
import { eventTerms, quarantinedTerms } from '../index/terms.ts'
import { type FilterRecord, isAsked, type Question, written } from './naive-filter.ts'
import { parseQuery } from './parse-query.ts'

const day = '2026-11-24'
const now = Date.UTC(2026, 10, 24, 12)

/** Values that have bitten others: case, length, FTS5 syntax, quotes, blanks, other scripts. */
const values: Readonly<Partial<Record<ObservableType, readonly string[]>>> = {
  ip: ['10.0.0.1', '10.0.0.200', '10.1.2.3', '192.0.2.1', '192.0.2.129', '255.255.255.255'],
  ipv6: ['2001:db8::1', '2001:db8:1::1', '::ffff:0:1'],
  domain: ['x.example', 'a.x.example', 'b.a.x.example', 'xx.example', 'example', 'xn--e1afmkfd.example'],
  url: [
    'https://x.example/A?b=1',
    'https://x.example/a?b=1',
    `https://x.example/${'long'.repeat(40)}`,
    `https://x.example/${'long'.repeat(40)}x`,
    'http://x.example/"quoted"(1)',
  ],
  file_name: ['NEAR(a b)', 'col:x', '^x', 'setup.EXE', 'setup.exe', 'ein Blatt.docx', 'файл.txt', 'a*b'],
  user_agent: ['Mozilla/5.0 (X11; Linux x86_64) Example', 'curl/8.4.0', 'OR', '-1'],
  email: ['Staff@x.example', 'staff@x.example'],
  sha256: ['ab'.repeat(32), 'cd'.repeat(32)],
  user: ['guest', 'corp\\guest'],
}
const types = Object.keys(values).filter((type): type is ObservableType => type in values)
const pairs: Observable[] = types.flatMap((type) =>
  (values[type] ?? []).flatMap((value) => normalise(type, value) ?? []),
)
/** A rule has one name here, as in a rule set. */
const signatures: Readonly<Record<string, string>> = {
  '1:100': 'EXAMPLE Trojan beacon',
  '3:100': 'EXAMPLE scan',
  '1:1001': 'beacon',
  'Notice::Name': 'Example notice',
}

const recordArbitrary: fc.Arbitrary<FilterRecord> = fc
  .record({
    at: fc.integer({ min: now - 100, max: now }),
    observables: fc.uniqueArray(fc.constantFrom(...pairs), { maxLength: 4 }),
    facets: fc.record({
      type: fc.constantFrom('alert', 'dns', 'connection start', 'Mixed'),
      severity: fc.constantFrom('high', 'low', 'unknown'),
      port: fc.constantFrom('53', '443', '4430'),
      flag: fc.constantFrom('truncated', 'Odd one'),
      proto: fc.constantFrom('tcp', 'udp'),
      sid: fc.constantFrom('1:100', '3:100', '1:1001', 'Notice::Name'),
    }),
    quarantined: fc.boolean(),
  })
  .map((record) => ({ ...record, signature: signatures[record.facets.sid] ?? '' }))

const leaf: fc.Arbitrary<Question> = fc.oneof(
  fc.constantFrom(...pairs).map(({ type, value }) => asked(type, value)),
  fc.constantFrom(...pairs).map(({ type, value }) => ({ ...asked(type, value), exact: true })),
  fc
    .tuple(
      fc.constantFrom(...pairs.filter(({ type }) => type !== 'ip' && type !== 'ipv6')),
      fc.integer({ min: 1, max: 30 }),
    )
    .map(([{ type, value }, length]) => ({ ...asked(type, value.slice(0, length)), prefix: true })),
  fc
    .constantFrom(
      '10.0.0.0/8',
      '10.0.0.0/24',
      '10.0.0.128/25',
      '0.0.0.0/0',
      '192.0.2.1/32',
      '2001:db8::/32',
      '2001:db8::/47',
      '::/0',
    )
    .map((value) => asked('ip', value)),
  fc
    .constantFrom(
      'type alert',
      'type connection start',
      'type Mixed',
      'severity high',
      'port 443',
      'flag Odd one',
      'proto tcp',
      'sid 100',
      'sid 1:100',
      'sid Notice::Name',
      'is quarantined',
      'is event',
      'signature BEACON',
      'signature example',
    )
    .map((text) => {
      const blank = text.indexOf(' ')
      return asked(text.slice(0, blank), text.slice(blank + 1))
    }),
  fc.constantFrom(...pairs).map(({ value }): Question => ({ kind: 'bare', value, prefix: false })),
  fc
    .constantFrom('setup', 'x.', 'STAFF', 'Mozilla/5.0 (')
    .map((value): Question => ({ kind: 'bare', value, prefix: true })),
)

const question = fc.letrec<{ q: Question }>((tie) => ({
  q: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.array(tie('q'), { minLength: 2, maxLength: 3 }).map((parts): Question => ({ kind: 'and', parts })),
    fc.array(tie('q'), { minLength: 2, maxLength: 3 }).map((parts): Question => ({ kind: 'or', parts })),
    tie('q').map((part): Question => ({ kind: 'not', part })),
  ),
})).q

test('security S15: any query finds the rows that a naive filter finds', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(recordArbitrary, { minLength: 1, maxLength: 40 }),
      fc.array(question, { minLength: 8, maxLength: 8 }),
      async (records, questions) => {
        await using house = await indexOf(records)
        for (const each of questions) {
          const found = await house.find(written(each))
          const wanted = records.flatMap((record, index) => (isAsked(each, known(record)) ? [index] : [])).reverse()
          assert.deepEqual(found, wanted, written(each))
        }
      },
    ),
    { numRuns: 60 },
  )
})

test('security S15: hostile text is a question or query.malformed, never another error', async () => {
  const records = fc.sample(recordArbitrary, { numRuns: 20, seed: 7 })
  await using house = await indexOf(records)
  const hostile = [
    'NEAR(',
    'NEAR(a b, 2)',
    'col:x',
    '{a b}:x',
    '^x',
    '"',
    '(',
    ')',
    ')(',
    '-',
    '- x',
    'AND',
    'OR',
    'a OR',
    'OR a',
    'NOT',
    'a AND',
    '"a',
    'a"b',
    '*',
    '**',
    'a**',
    '\0',
    'a\0b',
    "' or 1=1 --",
    '"; drop table events; --',
    'domain:"a" OR "b',
    'ip:999.1.1.1',
    'ip:10.0.0.0/99',
    'port:99999',
    'type:',
    'type:*',
    'since:never',
    '(since:1h) OR a',
    '-since:1h',
    '('.repeat(100) + 'a' + ')'.repeat(100),
    '-'.repeat(100) + 'a',
    Array.from({ length: 10_000 }, (_, index) => `t${index}`).join(' OR '),
    'a '.repeat(300),
    '\ud800',
    'x'.repeat(9_000),
  ]
  for (const query of hostile) await neverAnotherError(house, query)
  const alphabet = fc.string({ unit: fc.constantFrom(...'()"*:=-^ aORNDT\\\n\0é{}+,.'), maxLength: 40 })
  await fc.assert(
    fc.asyncProperty(fc.oneof(alphabet, fc.string({ unit: 'binary', maxLength: 30 })), (query) =>
      neverAnotherError(house, query),
    ),
    { numRuns: 400 },
  )
})

async function neverAnotherError(house: IndexHouse, query: string): Promise<void> {
  try {
    await house.find(query)
  } catch (error) {
    assert(
      error instanceof Fault && error.code === 'query.malformed',
      `${JSON.stringify(query.slice(0, 60))}: ${String(error)}`,
    )
    assert.match(error.what, /\(at character \d+\)$/)
  }
}

type IndexHouse = AsyncDisposable & { find(query: string): Promise<number[]> }

async function indexOf(records: readonly FilterRecord[]): Promise<IndexHouse> {
  await using opening = new AsyncDisposableStack()
  const folder = opening.use(await temporaryFolder())
  const store = opening.use(await openSqliteBlockStore({ folder: folder.path, readOnly: false }))
  // An index file counts only beside a block file of its day.
  const open = {
    kind: 'append' as const,
    sender: { organisation: 'acme', device: 'fw-1' },
    blocks: [new StreamFixture().open().bytes],
  }
  await store.write('acme', [open], now)
  const index = opening.use(await openSqliteEventIndex({ folder: folder.path, readOnly: false }))
  const rows = records.map((record) => ({ terms: termsOf(record), at: record.at, severity: 0 }))
  const named = records.filter((record) => !record.quarantined)
  const signatureNames = new Map(named.map((record) => [ruleOf(record), record.signature]))
  await index.add('acme', day, [indexedBlock(1, rows, { signatures: signatureNames })])
  const parts = opening.move()
  return {
    async find(query) {
      const plan = parseQuery(query, now)
      const found = await index.search('acme', plan, {
        before: null,
        limit: 1_000,
        signal: new AbortController().signal,
      })
      assert.equal(await index.count('acme', plan, new AbortController().signal), found.length)
      return found.map((position) => position.index)
    },
    [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose](),
  }
}

function ruleOf(record: FilterRecord): string {
  return record.facets['sid'] ?? ''
}

function termsOf(record: FilterRecord): string {
  const shared = 'device:fw-1\nsource:eve'
  if (record.quarantined) return quarantinedTerms(shared)
  const { type, severity, port, flag, proto } = record.facets
  return eventTerms(
    {
      kind: 'event',
      sensor: 'suricata',
      type: type ?? '',
      at: record.at,
      severity: severity === 'high' || severity === 'low' ? severity : 'unknown',
      flow: { targetPort: Number(port), ...(proto !== undefined && { protocol: proto }) },
      signature: { id: ruleOf(record), name: record.signature },
      observables: record.observables.map(({ type: each, value }) => ({ type: each as ObservableType, value })),
      relations: [],
      summary: '',
      ...(flag !== undefined && { flags: [flag] }),
    },
    shared,
  )
}

/** What the index can know of a quarantined line. */
function known(record: FilterRecord): FilterRecord {
  return record.quarantined ? { ...record, observables: [], facets: {}, signature: '' } : record
}

function asked(field: string, value: string): Extract<Question, { kind: 'leaf' }> {
  return { kind: 'leaf', field, value, exact: false, prefix: false }
}
