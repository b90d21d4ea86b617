// What every module must hold, whatever it asks (threat-response-contract 2.1, 2.5, 3.3; security S25): run by the test
// beside each type.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { organisationId } from '../../core/ids.ts'
import { systemClock } from '../../platform/clock.ts'
import type { ModuleTypeRecord, ModuleVerb } from '../../wire/api/modules.ts'
import type { JournalAnswer } from '../enrich/journal-answer.ts'
import { askModule } from './ask-module.ts'
import {
  type AnyObservable,
  type Ask,
  docsMax,
  type Documents,
  type Failed,
  type Healthy,
  type Links,
  type Module,
  type Question,
} from './module.ts'
import { countOf } from './probe-module.ts'

export type ModulePlace = {
  readonly type: ModuleTypeRecord
  /** What its source knows something of, by every verb. */
  readonly known: AnyObservable
  open(up: AsyncDisposableStack, source: Source): Promise<Module>
}

/** What stands behind the module: it `knows` the one observable; it `hangs`; it `floods` with more than may be kept. */
export type Source =
  | { readonly kind: 'knows' | 'floods' }
  | {
      readonly kind: 'hangs'
      /** To be called when the source is asked, and when it is let go of. */
      readonly reached: () => void
      readonly released: () => void
    }

const here = organisationId('here')
const never = new AbortController().signal
/** threat-response-contract 2.5. */
const observablesPerCall = 50
const answerBytesMax = 16 * 1_024 * 1_024
/** Far beyond what any of this takes, on a machine that does other things too. */
const boundMs = 20_000

type Answer = Healthy | Documents | JournalAnswer | Links

async function say(module: Module, verb: ModuleVerb, question: Question, ask: Ask): Promise<Answer | Failed> {
  return verb === 'health' ? await module.health(ask) : await module[verb](question, ask)
}

function about(...observables: readonly AnyObservable[]): Question {
  return { observables, networks: [] }
}

export function moduleContract(place: ModulePlace): void {
  const { title, capabilities } = place.type
  const verbs = capabilities.map(({ id }) => id)
  const answersOf = async (kind: 'knows' | 'floods', question: Question) => {
    await using up = new AsyncDisposableStack()
    const module = await place.open(up, { kind })
    assert.deepEqual(module.verbs, verbs, 'it declares the verbs of its type')
    const all: (readonly [ModuleVerb, Answer])[] = []
    for (const verb of verbs) {
      const answer = await say(module, verb, question, { organisation: here, signal: never })
      if (answer.kind === 'failed') return assert.fail(`${verb}: ${JSON.stringify(answer.errors)}`)
      all.push([verb, answer])
    }
    return all
  }

  test(`contract 2.1: ${title}: each verb that it declares says something of what its source knows, in its shape`, async () => {
    for (const [verb, answer] of await answersOf('knows', about(place.known))) {
      if (verb === 'health') assert.equal(answer.kind, 'healthy')
      else assert.ok(countOf(answer) > 0, verb)
      assertShape(verb, answer, place.known)
    }
  })

  test(`contract 2.1: ${title}: of nothing, of types nobody knows and of words that objects have it says nothing`, async () => {
    const words = ['__proto__', 'constructor', 'toString', '\u0000', ' '.repeat(2_048)]
    const strange = words.flatMap((word) => [
      { type: word, value: word },
      { type: place.known.type, value: word },
    ])
    for (const question of [about(), about(...strange, { type: 'no_such_type', value: place.known.value })])
      for (const [verb, answer] of await answersOf('knows', question)) assert.equal(countOf(answer), 0, verb)
  })

  test(`contract 2.5: ${title}: of more than may be kept it hands over what fits`, async () => {
    const question = about(place.known, ...moreOf(place.known))
    assert.equal(question.observables.length, observablesPerCall)
    for (const [verb, answer] of await answersOf('floods', question)) {
      assert.ok(Buffer.byteLength(JSON.stringify(answer)) <= answerBytesMax, verb)
      for (const [kind, list] of listsOf(answer)) assert.ok(list.length <= docsMax, `${verb}: ${list.length} ${kind}`)
      if (answer.kind !== 'documents') continue
      assert.equal(countOf(answer), docsMax, 'the source knows more than that')
      assert.deepEqual([...new Set(answer.errors.map(({ code }) => code))], ['response-too-large'], 'and that is said')
    }
  })

  for (const verb of verbs)
    test(`security S25: ${title}: where its source hangs on ${verb}, who asks is answered at the deadline, or when he leaves`, async () => {
      for (const leaves of [false, true]) {
        const { answer, reports } = await askHanging(place, verb, leaves)
        assert.equal(answer.kind, 'failed')
        if (!leaves) assert.deepEqual(answer.kind === 'failed' && answer.errors[0]?.code, 'module-timeout')
        assert.deepEqual(reports, [], 'an abort is nothing unforeseen')
      }
    })
}

async function askHanging({ type, known, open }: ModulePlace, verb: ModuleVerb, leaves: boolean) {
  await using up = new AsyncDisposableStack()
  const reached = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  const module = await open(up, { kind: 'hangs', reached: reached.resolve, released: released.resolve })
  const asker = new AbortController()
  const reports: unknown[] = []
  const limits = {
    deadlineMs: leaves ? 10 * boundMs : 200,
    clock: systemClock,
    report: (error: unknown) => void reports.push(error),
  }
  const ask = { organisation: here, signal: asker.signal }
  const asked = askModule(ask, limits, (bounded) => say(module, verb, about(known), bounded))
  await within(reached.promise, `${type.title} asks its source`)
  if (leaves) asker.abort()
  const { answer } = await within(asked, `${type.title} is done with ${verb}`)
  await within(released.promise, `${type.title} lets go of its source`)
  return { answer, reports }
}

async function within<T>(promise: Promise<T>, what: string): Promise<T> {
  const done = new AbortController()
  const late = systemClock.sleep(boundMs, done.signal).then(() => {
    if (!done.signal.aborted) assert.fail(`not within ${boundMs} ms: ${what}`)
    return promise
  })
  return await Promise.race([promise, late]).finally(() => done.abort())
}

/** Further values of the same type. */
function moreOf({ type }: AnyObservable): readonly AnyObservable[] {
  return Array.from({ length: observablesPerCall - 1 }, (_, index) => ({ type, value: `198.51.100.${index + 1}` }))
}

function listsOf(answer: Answer): readonly (readonly [kind: string, list: readonly unknown[]])[] {
  switch (answer.kind) {
    case 'documents':
      return Object.entries(answer.docs)
    case 'journal':
      return [
        ['sightings', answer.sightings],
        ['events', answer.events],
      ]
    case 'links':
      return [['links', answer.links]]
    case 'healthy':
      return []
    default:
      return answer satisfies never
  }
}

/** What clients read unguarded (3.3). */
function assertShape(verb: ModuleVerb, answer: Answer, known: AnyObservable): void {
  assert.deepEqual(JSON.parse(JSON.stringify(answer)), answer, 'plain data, as it is sent')
  switch (answer.kind) {
    case 'documents':
      if (verb === 'deliberate') assert.deepEqual(Object.keys(answer.docs), ['verdicts'])
      for (const [kind, docs] of Object.entries(answer.docs)) {
        assert.ok(docs.length > 0, `${kind} is there and empty`)
        for (const doc of docs) {
          assert.equal(doc['type'], kind.replace(/s$/, ''))
          if (kind !== 'verdicts' && kind !== 'judgements') continue
          assert.deepEqual(doc['observable'], { type: known.type, value: known.value })
          assert.ok([1, 2, 3, 4, 5].includes(Number(doc['disposition'])))
          assert.ok(typeof doc['valid_time'] === 'object' && doc['valid_time'] !== null)
        }
      }
      break
    case 'journal':
      assert.equal(verb, 'observe')
      assert.ok(answer.sightings.every(({ count }) => count > 0))
      assert.ok(Number(answer.seen[`${known.type}:${known.value}`]) > 0)
      break
    case 'links':
      assert.equal(verb, 'refer')
      for (const { id, title, url } of answer.links) {
        assert.ok(id !== '' && title !== '')
        assert.match(new URL(url).protocol, /^https?:$/)
      }
      break
    case 'healthy':
      break
    default:
      answer satisfies never
  }
}
