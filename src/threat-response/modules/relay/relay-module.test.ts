// The contract of modules, over a relay on loopback.
import { systemClock } from '../../../platform/clock.ts'
import { Lanes } from '../lanes.ts'
import { moduleContract } from '../module.contract.ts'
import { startRelayStub, type StubAnswer } from './relay-fixture.ts'
import { openRelay } from './relay-module.ts'
import { readRelaySettings, relayType } from './relay-type.ts'

const known = { type: 'ip', value: '203.0.113.7' }
const verdict = { type: 'verdict', observable: known, disposition: 2 }
const judgement = { ...verdict, type: 'judgement', disposition_name: 'Malicious', valid_time: {} }
const link = { id: 'ref-1', title: 'Search', description: 'In its console', url: 'https://product.example/?q=1' }
/** More of each kind than is kept. */
const many = 5_001

/** Answers about the one observable alone, as relays do. */
function when(data: object | readonly object[]): StubAnswer {
  return (_request, response, body) => {
    const asked: readonly { readonly type: string; readonly value: string }[] = JSON.parse(body)
    const knows = asked.some(({ type, value }) => type === known.type && value === known.value)
    response.end(JSON.stringify({ data: knows ? data : {} }))
  }
}

function answers(count: number): Readonly<Record<string, StubAnswer>> {
  const docs = (doc: object) => ({ count, docs: Array.from({ length: count }, () => doc) })
  return {
    '/health': { data: { status: 'ok' } },
    '/deliberate/observables': when({ verdicts: docs(verdict) }),
    '/observe/observables': when({ judgements: docs(judgement) }),
    '/refer/observables': when(docs(link).docs),
  }
}

moduleContract({
  type: relayType,
  known,
  async open(up, source) {
    const hang = (): StubAnswer => (_request, response) => {
      if (source.kind !== 'hangs') return
      response.on('close', source.released)
      source.reached()
    }
    const served =
      source.kind === 'hangs'
        ? Object.fromEntries(Object.keys(answers(0)).map((path) => [path, hang()]))
        : answers(source.kind === 'floods' ? many : 1)
    const stub = up.use(await startRelayStub(served))
    const settings = readRelaySettings({ url: stub.url })
    return openRelay(
      { settings, reach: ['loopback'], secrets: [] },
      {
        lanes: new Lanes(),
        clock: systemClock,
        resolve: () => Promise.reject(new TypeError('nobody is asked')),
        jwksHost: () => '',
        signingKey: {
          kid: '',
          get privateKey(): never {
            throw new TypeError('nobody signs here')
          },
        },
      },
    )
  },
})
