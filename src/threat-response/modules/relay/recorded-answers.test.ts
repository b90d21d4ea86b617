// What relays of the tr-05 family were recorded to answer (corpus tr05), served by a relay on loopback: nothing of it is
// lost on the way to who asks (threat-response-contract 2.1, 2.3).
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { corpusPath, needsCorpus } from '../../../../test/corpus.ts'
import { organisationId } from '../../../core/ids.ts'
import { systemClock } from '../../../platform/clock.ts'
import { startInvestigations } from '../../investigate/investigations.ts'
import type { AnyObservable, CtimDocument } from '../module.ts'
import { memoryModules } from '../modules-memory.ts'
import { relayAt, startRelayStub } from './relay-fixture.ts'

const here = organisationId('here')
const ask = { organisation: here, signal: new AbortController().signal }
const someone = [{ type: 'ip', value: '192.0.2.1' }]

type Verb = 'deliberate' | 'observe' | 'refer'
type Docs = Readonly<Record<string, { readonly count: number; readonly docs: readonly CtimDocument[] }>>
type Body = { readonly data?: Docs; readonly errors?: readonly object[] }
type Recorded = {
  readonly body: Body
  readonly verb: Verb
  /** Documents of each kind, as the corpus's page counts them. */
  readonly counts: Readonly<Record<string, number>>
}

function read<T>(family: string, file: string): T {
  return JSON.parse(readFileSync(corpusPath(`tr05/tr-05-serverless-${family}/${file}.json`), 'utf8'))
}

type Bodies = Readonly<Record<string, Body>>

function bodyOf(family: string, file: string, name: string): Body {
  return read<Bodies>(family, `${file}.constants`)[name] ?? assert.fail(`${family} has no ${name}`)
}

type Chronicle = Readonly<Record<'extract_sightings' | 'extract_indicators', { readonly output: Docs[string]['docs'] }>>

/** The corpus holds what its mapping made; the answer around it is the envelope of all. */
function chronicle(type: string): Body {
  const { extract_sightings: sightings, extract_indicators: indicators } = read<Chronicle>(
    'google-chronicle',
    `data__${type}`,
  )
  const kind = ({ output: docs }: Chronicle['extract_sightings']) => ({ count: docs.length, docs })
  return { data: { sightings: kind(sightings), indicators: kind(indicators) } }
}

function gigamon(): Body {
  const kinds = ['sightings', 'indicators', 'relationships'] as const
  const data = kinds.map((kind) => [kind, read<Docs[string]>('gigamon-threatinsight', `api__fixtures__${kind}`)])
  return { data: Object.fromEntries(data) }
}

function documentsRecorded(): Readonly<Record<string, Recorded>> {
  const graylog = (name: string) => bodyOf('graylog', 'payloads_for_tests', `EXPECTED_RESPONSE_FROM_RELAY${name}`)
  const cyberprotect = (name: string) => bodyOf('cyberprotect', 'mock_for_tests', `EXPECTED_RESPONSE_${name}`)
  const tracker = (name: string) => bodyOf('cybercrime-tracker', 'mock_for_tests', `EXPECTED_${name}_RESPONSE`)
  const one = (verb: Verb, body: Body, counts: Recorded['counts']): Recorded => ({ verb, body, counts })
  const kept = { judgements: 4, verdicts: 1 }
  return {
    graylog: one('observe', graylog(''), { sightings: 4 }),
    'graylog, more': one('observe', graylog('_MORE_MESSAGES_AVAILABLE'), { sightings: 4 }),
    'graylog, relations': one('observe', graylog('_WITH_RELATIONS'), { sightings: 2 }),
    'cyberprotect, verdict': one('deliberate', cyberprotect('DELIBERATE'), { verdicts: 1 }),
    cyberprotect: one('observe', cyberprotect('OBSERVE'), kept),
    'cyberprotect, limit': one('observe', cyberprotect('OBSERVE_WITH_LIMIT_1'), { ...kept, judgements: 1 }),
    'tracker, verdict': one('deliberate', tracker('DELIBERATE'), { verdicts: 1 }),
    tracker: one('observe', tracker('OBSERVE'), { judgements: 1, verdicts: 1 }),
    gigamon: one('observe', gigamon(), { sightings: 4, indicators: 1, relationships: 2 }),
    'chronicle, domain': one('observe', chronicle('domain'), { sightings: 2, indicators: 1 }),
    'chronicle, ip': one('observe', chronicle('ip'), { sightings: 6, indicators: 1 }),
    'chronicle, ipv6': one('observe', chronicle('ipv6'), { sightings: 6, indicators: 1 }),
    'chronicle, md5': one('observe', chronicle('md5'), { sightings: 2, indicators: 1 }),
    'chronicle, sha1': one('observe', chronicle('sha1'), { sightings: 2, indicators: 1 }),
    'chronicle, sha256': one('observe', chronicle('sha256'), { sightings: 2, indicators: 1 }),
    'chronicle, whole': one('observe', bodyOf('google-chronicle', 'conftest', 'success_enrich_expected_payload()'), {
      sightings: 2,
    }),
    'chronicle, nothing': one('observe', bodyOf('google-chronicle', 'conftest', 'bad_request_expected_payload()'), {}),
  }
}

/** A relay that gives this answer to whatever it is asked. */
async function answering(up: AsyncDisposableStack, body: object) {
  const paths = ['/health', '/deliberate/observables', '/observe/observables', '/refer/observables']
  const stub = up.use(await startRelayStub(Object.fromEntries(paths.map((path) => [path, body]))))
  const module = relayAt(stub.url)
  return { module, stub }
}

test('corpus tr05: every recorded document is read as it was given, none lost, none made', needsCorpus, async () => {
  await using up = new AsyncDisposableStack()
  for (const [why, { body, verb, counts }] of Object.entries(documentsRecorded())) {
    const { module } = await answering(up, body)
    const answer = await module[verb]({ observables: someone, networks: [] }, ask)
    assert(answer.kind === 'documents', why)
    const found = Object.entries(answer.docs).map(([kind, docs]) => [kind, docs.length])
    assert.deepEqual(Object.fromEntries(found), counts, why)
    for (const [kind, { docs }] of Object.entries(body.data ?? {})) {
      // The two members that clients read unguarded are added where a relay left them out (3.3).
      const given = kind === 'verdicts' ? docs.map((doc) => ({ valid_time: {}, ...doc })) : docs
      assert.deepEqual(answer.docs[kind], given, `${why}: ${kind}`)
    }
    assert.deepEqual(answer.errors, body.errors ?? [], why)
  }
})

test(
  'corpus tr05: a recorded error is a failure with its own type, code and words, by every verb',
  needsCorpus,
  async () => {
    await using up = new AsyncDisposableStack()
    const families: readonly (readonly [family: string, file: string, errors: number])[] = [
      ['graylog', 'conftest', 3],
      ['cyberprotect', 'mock_for_tests', 4],
      ['cybercrime-tracker', 'mock_for_tests', 4],
      ['google-chronicle', 'mock_for_tests', 1],
    ]
    for (const [family, file, errors] of families) {
      const bodies = Object.values(read<Bodies>(family, `${file}.constants`)).filter((body) =>
        Array.isArray(body.errors),
      )
      assert.equal(bodies.length, errors, family)
      for (const body of bodies) {
        const { module } = await answering(up, body)
        for (const verb of module.verbs) {
          const question = { observables: someone, networks: [] }
          const answer = verb === 'health' ? await module.health(ask) : await module[verb](question, ask)
          assert.deepEqual(answer, { kind: 'failed', errors: body.errors }, `${family} ${verb}`)
        }
      }
    }
  },
)

test('corpus tr05: the recorded link, and bodies that relays refuse are never sent', needsCorpus, async () => {
  await using up = new AsyncDisposableStack()
  const body = bodyOf('graylog', 'payloads_for_tests', 'EXPECTED_RESPONSE_FROM_REFER_ENDPOINT')
  const { module, stub } = await answering(up, body)
  const refused = ['graylog', 'cyberprotect', 'cybercrime-tracker', 'gigamon-threatinsight'].flatMap((family) =>
    Object.entries(read<Readonly<Record<string, readonly AnyObservable[]>>>(family, 'test_enrich.constants')).flatMap(
      ([name, observables]) => (name.startsWith('invalid_json') ? observables : []),
    ),
  )
  assert.equal(refused.length, 4)
  const nothing = await module.refer({ observables: refused, networks: [] }, ask)
  assert.deepEqual([nothing.kind, stub.requests.length], ['links', 0])
  const answer = await module.refer({ observables: someone, networks: [] }, ask)
  assert(answer.kind === 'links')
  const value = '24.141.154.216'
  assert.deepEqual(answer.links, [
    {
      id: `ref-graylog-search-ip-${value}`,
      title: 'Search for this IP',
      description: 'Search for this IP in the Graylog console',
      url: `https://host/search?rangetype=relative&relative=2592000&q=${value}`,
    },
  ])
})

test(
  'corpus tr05: in an investigation each recorded answer counts under its module, with its relations drawn',
  needsCorpus,
  async () => {
    await using up = new AsyncDisposableStack()
    const recorded = Object.entries(documentsRecorded()).filter(([, { verb }]) => verb === 'observe')
    const named = await Promise.all(
      recorded.map(async ([name, { body }]) => {
        const { module } = await answering(up, body)
        return { name, module: { ...module, verbs: ['observe'] as const } }
      }),
    )
    const investigations = up.use(startInvestigations({ modules: memoryModules(...named), clock: systemClock }))
    const observables = [{ type: 'ip', value: '24.141.154.216' }] as const
    const { id } = await investigations.create(here, { observables })
    const found = (await investigations.wait(here, id, { timeoutMs: 60_000 })) ?? assert.fail()
    assert.deepEqual(
      found.modules.map(({ name, state, counts }) => [name, state, counts]),
      recorded.map(([name, { counts }]) => [name, 'done', counts]),
    )
    const drawn = new Set(found.graph.edges.flatMap(({ sources }) => sources.map(({ module }) => module)))
    for (const name of ['graylog, relations', 'gigamon', 'chronicle, whole']) assert.ok(drawn.has(name), name)
  },
)
