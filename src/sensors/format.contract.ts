// What every format must hold (style 5): total on any bytes, glance agrees with read (delivery N7), and its cases.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Observable } from '../core/observable.ts'
import type { Ignored, SensorEvent, Unreadable } from '../core/event.ts'
import type { Glance, ReadContext, SensorFormat } from './format.ts'

/** One line of cases.jsonl. What `expect` does not name is not compared; null = absent. */
type FormatCase = {
  readonly id: string
  readonly why: string
  readonly line: string
  readonly context?: string
  readonly fileName?: string
  /** ISO; by default 2026-03-01T12:00:00Z. */
  readonly arrivedAt?: string
  readonly zoneMinutes?: number
  readonly expect: Readonly<Record<string, unknown>>
}

/**
 * Declares the tests of one format.
 * @param folder where its cases.jsonl stands
 */
export function formatContract(format: SensorFormat, folder: string): void {
  const cases = readCases(join(folder, 'cases.jsonl'))

  for (const one of cases) {
    test(`${one.id}: ${format.name}: ${one.why}`, () => {
      const origin = originOf(one)
      const read = format.read(one.line, origin)
      const glance = format.glance(Buffer.from(one.line), origin)
      assertAgree(glance, read, one.line)
      assertSameTerms(format.read(one.line, { ...origin, wanted: 'index' }), read)
      const seen: Record<string, unknown> = {
        ...described(read),
        ...('selection' in glance ? { selection: glance.selection } : {}),
      }
      for (const [key, wanted] of Object.entries(one.expect)) {
        assert.deepEqual(seen[key] ?? null, wanted, `${key} of ${one.line.slice(0, 200)}`)
      }
    })
  }

  anyBytes(format, cases)
  hostileLines(format, cases)

  test(`traps C1: ${format.name}: a blank line is ignored, and raw bytes beside the text change nothing`, () => {
    assert.equal(format.read('', originOf()).kind, 'ignored')
    assert.equal(format.glance(Buffer.alloc(0), originOf()).kind, 'ignored')
    for (const one of cases) {
      if (one.line.endsWith('\r')) continue
      const origin = originOf(one)
      const plain = format.read(one.line, origin)
      const ended = format.read(`${one.line}\r`, origin)
      if (plain.kind === 'event') assert.deepEqual(described(ended), described(plain), `CR after ${one.why}`)
      else assert.equal(ended.kind, plain.kind, `CR after ${one.why}`)
    }
  })

  test(`delivery N7: ${format.name}: recognises its own lines and no bytes of others`, () => {
    const own = cases.filter((one) => one.expect['kind'] === 'event' || one.expect['type'] !== undefined)
    const lines = own.map((one) => Buffer.from(one.line))
    const headers = own.flatMap((one) => (one.context ?? '').split('\n')).map((line) => Buffer.from(line))
    assert.ok(format.recognise([...headers, ...lines]) > 0)
    assert.equal(format.recognise([Buffer.from('alert tcp any any -> any any (msg:"x"; sid:1;)'), Buffer.alloc(0)]), 0)
    assert.equal(format.recognise([Buffer.from('# a comment'), Buffer.from([0, 255, 254]), Buffer.from('{}')]), 0)
  })
}

/** What makes patterns and searches quadratic: long runs of the marks that formats look for. */
const hostileRuns = [
  ', ',
  ',',
  ':',
  ' ',
  '\t',
  '"',
  '\\',
  '{"a":',
  '[',
  '[**] ',
  '[1:2:3] "',
  '%FTD-',
  '" [Impact: ',
  '\\x41',
  'CN=',
  '<',
]

function hostileLines(format: SensorFormat, cases: readonly FormatCase[]): void {
  test(`performance 8: ${format.name}: hostile lines of 300 kB take linear time`, () => {
    const started = performance.now()
    let lines = 0
    for (const one of cases.filter((each) => each.expect['kind'] === 'event').slice(0, 2)) {
      for (const run of hostileRuns) {
        const pad = run.repeat(Math.ceil(300_000 / run.length))
        for (const at of [0, one.line.length >> 1, one.line.length - 1, one.line.length]) {
          const text = `${one.line.slice(0, at)}${pad}${one.line.slice(at)}`
          const origin = originOf(one)
          assertAgree(format.glance(Buffer.from(text), origin), format.read(text, origin), text)
          lines++
        }
      }
    }
    // Quadratic is minutes. 20 ms a line is ten times what the slowest take.
    assert.ok(performance.now() - started < lines * 20 + 2000, `${lines} lines`)
  })
}

function anyBytes(format: SensorFormat, cases: readonly FormatCase[]): void {
  test(`delivery N7: ${format.name}: glance and read are total and agree on any bytes`, () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => checkLine(format, Buffer.from(bytes), originOf())),
      { numRuns: 500 },
    )
  })

  test(`delivery N7: ${format.name}: glance and read are total and agree on damaged lines`, () => {
    const damage = fc.record({
      one: fc.nat(cases.length - 1),
      at: fc.nat(2000),
      cut: fc.nat(20),
      insert: fc.uint8Array({ maxLength: 8 }),
      end: fc.option(fc.nat(2000)),
    })
    fc.assert(
      fc.property(damage, ({ one, at, cut, insert, end }) => {
        const picked = cases[one]
        if (picked === undefined) return
        const whole = Buffer.from(picked.line)
        const head = whole.subarray(0, Math.min(at, whole.length))
        const damaged = Buffer.concat([head, insert, whole.subarray(head.length + cut)])
        checkLine(format, end === null ? damaged : damaged.subarray(0, end), originOf(picked))
      }),
      { numRuns: 1500 },
    )
  })
}

/** Fails where the two looks at one line contradict each other. */
export function assertAgree(glance: Glance, read: SensorEvent | Unreadable | Ignored, line: string): void {
  const shown = line.slice(0, 200)
  switch (read.kind) {
    case 'event':
      assert.equal(glance.kind, 'event', `glance of ${shown}`)
      if (glance.kind !== 'event') return
      assert.equal(glance.type, read.type, `type of ${shown}`)
      assert.equal(glance.severity, read.severity, `severity of ${shown}`)
      return
    case 'unreadable':
      // Selected by what it seems to be, or always; never lost as a line that is no event.
      assert.ok(glance.kind === 'event' || glance.kind === 'unreadable', `glance of ${shown}`)
      return
    case 'ignored':
      assert.ok(glance.kind === 'ignored' || glance.kind === 'context', `glance of ${shown}`)
      return
    default:
      read satisfies never
  }
}

function checkLine(format: SensorFormat, line: Buffer, origin: ReadContext): void {
  const text = line.toString()
  const read = format.read(text, origin)
  assertAgree(format.glance(line, origin), read, text)
  assertSameTerms(format.read(text, { ...origin, wanted: 'index' }), read)
  assert.ok(format.recognise([line]) <= 1)
}

function originOf(one?: FormatCase): ReadContext {
  return {
    wanted: 'everything',
    arrivedAt: Date.parse(one?.arrivedAt ?? '2026-03-01T12:00:00Z'),
    fileName: one?.fileName ?? '',
    context: one?.context ?? '',
    zoneMinutes: one?.zoneMinutes ?? 0,
  }
}

/** Fails where an event read for the index would be found under other terms, or at another time. */
export function assertSameTerms(
  brief: SensorEvent | Unreadable | Ignored,
  whole: SensorEvent | Unreadable | Ignored,
): void {
  const indexed = (read: typeof whole) =>
    read.kind === 'event'
      ? {
          ...read,
          relations: [],
          summary: '',
          flowId: undefined,
          flow: { protocol: read.flow.protocol, targetPort: read.flow.targetPort },
        }
      : read
  assert.deepEqual(indexed(brief), indexed(whole))
}

/** An event in the words of cases.jsonl. */
function described(read: SensorEvent | Unreadable | Ignored): Record<string, unknown> {
  if (read.kind !== 'event') return { ...read }
  return {
    ...read,
    at: new Date(read.at).toISOString(),
    observables: read.observables.map(told),
    relations: read.relations.map((each) => `${told(each.source)} ${each.relation} ${told(each.related)}`),
  }
}

function told(observable: Observable): string {
  return `${observable.type} ${observable.value}`
}

function readCases(path: string): readonly FormatCase[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): FormatCase => JSON.parse(line))
}
