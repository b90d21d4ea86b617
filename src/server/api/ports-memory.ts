// The API's ports in memory: a handful of events, a device, an investigation that ends when it is told to. For tests of
// what speaks HTTP; it holds to the ports' words, not to the query language (only `id:` words and plain words match).
import { Fault } from '../../core/fault.ts'
import { formatEventId, sequence, streamId } from '../../core/ids.ts'
import { normalise, type Observable } from '../../core/observable.ts'
import { systemClock } from '../../platform/clock.ts'
import type { Coverage, EventRecord, TailLine } from '../../wire/api/events.ts'
import type { DeviceRecord, ServerStatus } from '../../wire/api/fleet.ts'
import type { Investigation } from '../../wire/api/investigations.ts'
import { memoryDoctor } from './doctor-memory.ts'
import { memoryModules } from './modules-memory.ts'
import type { ApiPorts, EventReader, Investigations } from './ports.ts'

export const memoryStream = streamId('0123456789abcdef0123456789abcdef')
export const memoryStart = 1_700_000_000_000
export const memoryCoverage: Coverage = { from: memoryStart, to: memoryStart + 99_000, unindexedBlocks: 0, gaps: [] }

const memoryUrl = 'https://exchange.example:8444'
const memoryRoles = { api: memoryUrl, enrol: memoryUrl, ingest: memoryUrl, messages: memoryUrl }

export type MemoryPorts = ApiPorts & {
  /** Lets every running investigation end. */
  finish(): void
  /** What was asked of the ports, in order: proves that a refused request had no effect. */
  readonly asked: readonly string[]
}

/** @param events how many events there are; number n has the identity `memoryStream:n` */
export function memoryPorts(events = 3): MemoryPorts {
  const asked: string[] = []
  const all = Array.from({ length: events }, (_, index) => eventOf(index + 1)).reverse()
  const runs = new MemoryInvestigations(asked)
  const device = { ...deviceOf('sensor-1') }
  return {
    asked,
    finish: () => runs.finish(),
    events: readerOf(all, asked),
    investigations: runs,
    inspect(text) {
      asked.push('inspect')
      return addressesIn(text)
    },
    ledger: {
      async ledger() {
        asked.push('ledger')
        return { v: 1, rows: [ledgerRow(events)], holds: true }
      },
      async verify() {
        asked.push('verify')
        const checkpoints = { verified: 1, pending: 0, unverifiable: 0, withdrawn: 0 }
        return { v: 1, holds: true, blocks: 1, events, streams: 1, checkpoints, broken: null }
      },
    },
    modules: memoryModules(asked),
    fleet: {
      async devices() {
        asked.push('devices')
        return [device]
      },
      async device(_organisation, id) {
        asked.push(`device ${id}`)
        return id === device.id ? device : undefined
      },
      async revoke(_organisation, id) {
        asked.push(`revoke ${id}`)
        return id === device.id ? { ...device, states: { ...device.states, connected: false } } : undefined
      },
      async addNames(names) {
        asked.push(`names ${names.join(' ')}`)
        return { v: 1, names: ['127.0.0.1', ...names] }
      },
    },
    doctor: memoryDoctor(asked, device.id),
    tokens: memoryTokens(asked),
    ready: async () => [],
    channels: () => 1,
    region: () => ({ v: 1, id: 'own', name: 'Memory', roles: memoryRoles, names: ['exchange.example:8444'] }),
    async status(organisation) {
      asked.push('status')
      return statusOf(organisation, events)
    },
  }
}

function memoryTokens(asked: string[]): ApiPorts['tokens'] {
  return {
    async create(request) {
      asked.push(`token ${request.lifetimeMs}`)
      const url = `${memoryUrl}/.well-known/est`
      const parts = { url, ca: '-----BEGIN CERTIFICATE-----\n', pins: ['A'.repeat(43)] }
      return { v: 1, token: 'spt1_abc', ...parts, user: 'tuser', key: 'k'.repeat(32), expires: memoryStart }
    },
  }
}

function statusOf(organisation: string, events: number): ServerStatus {
  const kept = { firstDay: '2023-11-14', expired: 0, retention: { days: 30, bytesMax: null } }
  const journal = { id: 'journal', blocks: 1, events, unindexedBlocks: 0, bytes: 1_000, ...kept }
  const devices = { known: 1, connected: 1 }
  return { v: 1, program: 'sallyport 0.1.0', startedAt: memoryStart, organisation, journal, devices }
}

function readerOf(all: readonly EventRecord[], asked: string[]): EventReader {
  const matching = (q: string, since = 0) => {
    if (q.includes('"')) throw new Fault('query.malformed', { what: 'A quotation mark at 0 is not closed' })
    return all.filter((event) => event.body.at >= since && q.split(' ').every((word) => event.raw.includes(word)))
  }
  return {
    async search(_organisation, { q, since, limit, cursor = '0' }) {
      asked.push(`search ${q}`)
      const from = Number(cursor)
      const found = matching(q, since)
      const events = found.slice(from, from + limit)
      const next = from + limit < found.length ? String(from + limit) : null
      return { v: 1, events, losses: [], next, live: from === 0 ? String(all.length) : null, coverage: memoryCoverage }
    },
    async count(_organisation, { q, since }) {
      asked.push(`count ${q}`)
      return { v: 1, count: matching(q, since).length, coverage: memoryCoverage }
    },
    async histogram(_organisation, { q }, buckets) {
      asked.push('histogram')
      const low = matching(q).length
      const one = { high: 0, medium: 0, low, unknown: 0 }
      return { v: 1, from: memoryStart, widthMs: 100_000 / buckets, buckets: [one], coverage: memoryCoverage }
    },
    async top(_organisation, { q }, facet, n) {
      asked.push(`top ${facet} ${n}`)
      const values = [{ value: 'alert', count: matching(q).length }]
      return { v: 1, facet, values, coverage: memoryCoverage }
    },
    async event(_organisation, id) {
      asked.push('event')
      return all.find((event) => event.id === formatEventId(id))
    },
    async *tail(_organisation, { q }, { from }) {
      asked.push(`tail ${from}`)
      const lines = matching(q)
        .toReversed()
        .filter(({ id }) => from === 'start' || Number(id.split(':')[1]) > Number(from))
      yield lines.map((record): TailLine => {
        const number = Number(record.id.split(':')[1])
        return { kind: 'event', cursor: `${number}`, stream: memoryStream, sequence: number, ...record }
      })
    },
    async inputTotals(_organisation, { source }) {
      asked.push(`inputs ${source}`)
      const byType = { alert: all.length }
      const none = { quarantined: 0, ignored: 0, notSelected: 0, lost: {}, unindexedBlocks: 0 }
      return { v: 1, events: all.length, byType, ...none }
    },
    async requarantine() {
      asked.push('requarantine')
      return { v: 1, read: 2, recovered: 1 }
    },
  }
}

class MemoryInvestigations implements Investigations {
  readonly #asked: string[]
  readonly #all = new Map<string, Investigation>()
  #waiters: (() => void)[] = []

  constructor(asked: string[]) {
    this.#asked = asked
  }

  finish(): void {
    for (const [id, one] of this.#all) this.#all.set(id, { ...one, state: 'done', finishedAt: memoryStart + 1 })
    for (const wake of this.#waiters.splice(0)) wake()
  }

  async create(_organisation: string, request: Parameters<Investigations['create']>[1]): Promise<Investigation> {
    this.#asked.push('investigate')
    const id = `i${this.#all.size + 1}`
    const observables = 'observables' in request ? request.observables : addressesIn(request.content)
    const begun: Investigation = {
      v: 1,
      id,
      state: 'running',
      createdAt: memoryStart,
      finishedAt: null,
      observables,
      networks: [],
      seen: {},
      sightings: [],
      graph: { nodes: [], edges: [], folded: 0 },
      events: [],
      coverage: memoryCoverage,
      failure: null,
      asOf: 0,
      modules: [],
      verdicts: [],
      links: [],
    }
    this.#all.set(id, begun)
    return begun
  }

  async get(_organisation: string, id: string): Promise<Investigation | undefined> {
    return this.#all.get(id)
  }

  async follow(_organisation: string, id: string) {
    const found = this.#all.get(id)
    return found && { over: found.state !== 'running', events: memoryStory() }
  }

  async wait(organisation: string, id: string, limit: { timeoutMs: number; signal: AbortSignal }) {
    const finished = new AbortController()
    this.#waiters.push(() => finished.abort())
    await systemClock.sleep(limit.timeoutMs, AbortSignal.any([finished.signal, limit.signal]))
    return this.get(organisation, id)
  }
}

async function* memoryStory() {
  const data = { state: 'done', nodes: 1, verdicts: 0 } as const
  yield [{ id: 7, event: { event: 'investigation.done', data } as const }]
}

function addressesIn(text: string): Observable[] {
  return text.split(/\s+/).flatMap((word) => normalise('ip', word) ?? [])
}

function eventOf(number: number): EventRecord {
  const at = memoryStart + number * 1_000
  const source = `192.0.2.${number % 250}`
  return {
    id: formatEventId({ stream: memoryStream, sequence: sequence(number) }),
    device: 'sensor-1',
    source: 'eve',
    format: 'suricata/eve',
    arrivedAt: at + 5,
    raw: `{"n":${number},"src_ip":"${source}"}`,
    body: {
      kind: 'event',
      sensor: 'suricata',
      type: 'alert',
      at,
      severity: 'low',
      signature: { id: '1:2000001', name: 'EXAMPLE scan' },
      flow: { source, sourcePort: 4_000, target: '198.51.100.7', targetPort: 443, protocol: 'tcp' },
      observables: [{ type: 'ip', value: source }],
      relations: [],
      summary: `EXAMPLE scan ${number}`,
    },
  }
}

function deviceOf(id: string): DeviceRecord {
  return {
    id,
    name: id,
    organisation: 'default',
    states: { enrolled: true, connected: true, healthy: true, flowing: true },
    enrolledAt: memoryStart,
    lastSeenAt: memoryStart,
    lastAckAt: memoryStart,
    certificate: { serial: '01', notAfter: memoryStart + 1, revokedAt: null },
    status: null,
  }
}

function ledgerRow(events: number) {
  return {
    device: 'sensor-1',
    source: 'eve',
    stream: memoryStream,
    day: '2023-11-14',
    given: events,
    stored: events,
    lost: 0,
    outstanding: 0,
    withdrawn: 0,
    expired: 0,
    heardAt: memoryStart,
    holes: {},
    beforeSpool: {},
    notSelected: 0,
    ignored: 0,
    duplicates: 0,
    repeated: 0,
    disputed: 0,
    quarantined: 0,
    missingPredecessor: null,
  }
}
