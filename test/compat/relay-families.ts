// The relays that are tried, and what their products say: answers written anew, in the shape that each relay reads.
import { systemClock } from '../../src/platform/clock.ts'

export type Family = {
  /** As its container_settings.json names it. */
  readonly name: string
  /** Settings of the instance beside the address. */
  settings(upstream: string): Readonly<Record<string, string>>
  /** What its product answers. @returns undefined = not found */
  answer(path: string, body: string): object | undefined
  /** What an investigation counts of each kind: a verdict is given to deliberate and to observe. */
  readonly counts: Readonly<Record<string, number>>
  readonly disposition: number | undefined
}

/** What all are asked about. */
export const asked = '203.0.113.7'

const token = { 'auth-type': 'configuration-token' }
const now = () => new Date(systemClock.now()).toISOString()

type GraylogQuery = {
  readonly queries: readonly { readonly id: string; readonly search_types: readonly { readonly id: string }[] }[]
}

function graylogMessage() {
  const message = {
    _id: '11111111-2222-3333-4444-555555555555',
    gl2_message_id: '01EXAMPLE',
    gl2_source_node: '66666666-7777-8888-9999-000000000000',
    gl2_remote_ip: '192.0.2.1',
    timestamp: now(),
    message: `blocked ${asked}`,
    source: 'fw.example',
    source_ip: '192.0.2.10',
    destination_ip: asked,
  }
  return { index: 'graylog_0', message }
}

export const families: readonly Family[] = [
  {
    name: 'Graylog',
    settings: (upstream) => ({ ...token, custom_host: upstream, custom_username: 'reader' }),
    answer(path, body) {
      if (path === '/api/cluster') return {}
      if (!path.startsWith('/api/views/search/sync')) return undefined
      const { queries }: GraylogQuery = JSON.parse(body)
      const found = { total_results: 1, messages: [graylogMessage()] }
      const results = queries.map(({ id, search_types: types }) => [
        id,
        { search_types: Object.fromEntries(types.map((type) => [type.id, found])) },
      ])
      return { results: Object.fromEntries(results) }
    },
    counts: { sightings: 1, links: 1 },
    disposition: undefined,
  },
  {
    name: 'Threatscore | Cyberprotect',
    settings: () => token,
    answer(path) {
      if (!path.startsWith('/api/score/')) return undefined
      const details = [0.7, 0.1].map((score, index) => ({ score, date: now(), engineId: `engine-${index}` }))
      return { data: asked, types: ['ip'], scores: [{ score: 0.4, date: now(), details }] }
    },
    counts: { judgements: 2, verdicts: 1 },
    disposition: 3,
  },
  {
    name: 'CyberCrime Tracker',
    settings: () => ({}),
    answer: (path) => (path.startsWith('/query.php') ? { success: true, message: 'Malicious: EXAMPLE' } : {}),
    counts: { judgements: 1, verdicts: 1 },
    disposition: 2,
  },
]
