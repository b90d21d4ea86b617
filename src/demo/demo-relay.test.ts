import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '../platform/clock.ts'
import { startDemoRelay } from './demo-relay.ts'
import { story } from './story.ts'

type Docs = {
  readonly count: number
  readonly docs: readonly {
    readonly disposition?: number
    readonly disposition_name?: string
    readonly observable?: { readonly value: string }
    readonly relations?: readonly { readonly related: { readonly value: string } }[]
  }[]
}
type Answer = {
  readonly data?: {
    readonly status?: string
    readonly verdicts?: Docs
    readonly judgements?: Docs
    readonly sightings?: Docs
  }
  readonly errors?: readonly { readonly code: string }[]
}

test('contract 2.1, 2.3: the demonstration relay answers about the story alone, and an unknown caller with an error', async () => {
  await using relay = await startDemoRelay(systemClock)
  const ask = async (route: string, body: unknown, token = relay.token): Promise<Answer> => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const answer = await fetch(relay.url + route, { method: 'POST', headers, body: JSON.stringify(body) })
    assert.equal(answer.status, 200)
    const read: Answer = JSON.parse(await answer.text())
    return read
  }
  assert.deepEqual(await ask('/health', {}), { data: { status: 'ok' } })
  const asked = [
    { type: 'ip', value: story.server },
    { type: 'domain', value: 'www.example.com' },
  ]
  const { data } = await ask('/observe/observables', asked)
  assert.deepEqual(
    [data?.judgements?.count, data?.judgements?.docs[0]?.disposition, data?.judgements?.docs[0]?.observable?.value],
    [1, 2, story.server],
  )
  assert.equal(data?.sightings?.docs[0]?.relations?.[0]?.related.value, story.domain)
  assert.equal((await ask('/deliberate/observables', asked)).data?.verdicts?.docs[0]?.disposition_name, 'Malicious')
  assert.equal((await ask('/observe/observables', asked, 'another')).errors?.[0]?.code, 'authorization error')
})
