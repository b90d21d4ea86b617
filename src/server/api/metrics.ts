// What Prometheus reads: counters that this process keeps as things happen, and the server's own status and ledger as
// they are when it asks. Names follow its conventions: base units, `_total` on what only grows.
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { OrganisationId } from '../../core/ids.ts'
import type { Ledger } from '../../wire/api/ledger.ts'
import type { ServerStatus } from '../../wire/api/fleet.ts'
import type { ApiPorts } from './ports.ts'

export type Metrics = {
  /** Blocks were committed: how long it took from the ask to the sync. */
  committed(seconds: number, outcome: { readonly stored: number; readonly duplicate: number }): void
  acknowledged(): void
  /** A request was answered; `route` is the pattern, never the path. */
  answered(request: {
    readonly method: string
    readonly route: string
    readonly status: number
    readonly seconds: number
  }): void
  /** @returns all of it in the text format, as of now */
  text(ports: Pick<ApiPorts, 'status' | 'ledger' | 'channels'>, organisation: OrganisationId): Promise<string>
  readonly contentType: string
}

/** From a commit of a few blocks on a fast disk to one that stands behind a full queue. */
const commitBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5]
const answerBuckets = [0.001, 0.005, 0.025, 0.1, 0.25, 1, 5, 30]

/** Makes the meters of one server; nothing is shared between two. */
export function openMetrics(): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const commits = new Histogram({
    name: 'sallyport_journal_commit_seconds',
    help: 'From handing blocks to the journal until they are synced',
    buckets: commitBuckets,
    registers,
  })
  const blocks = new Counter({
    name: 'sallyport_blocks_total',
    help: 'Blocks that devices gave, by what became of them',
    labelNames: ['outcome'],
    registers,
  })
  const acks = new Counter({ name: 'sallyport_acks_total', help: 'Acknowledgements sent to devices', registers })
  const requests = new Counter({
    name: 'sallyport_http_requests_total',
    help: 'Answers of the API and the console',
    labelNames: ['method', 'route', 'status'],
    registers,
  })
  const durations = new Histogram({
    name: 'sallyport_http_request_seconds',
    help: 'From a request until its answer was sent',
    labelNames: ['method', 'route'],
    buckets: answerBuckets,
    registers,
  })
  const fromStatus = statusGauges(registry)
  const fromLedger = ledgerGauges(registry)
  return {
    contentType: registry.contentType,
    committed(seconds, { stored, duplicate }) {
      commits.observe(seconds)
      blocks.inc({ outcome: 'stored' }, stored)
      blocks.inc({ outcome: 'duplicate' }, duplicate)
    },
    acknowledged: () => acks.inc(),
    answered({ method, route, status, seconds }) {
      requests.inc({ method, route, status })
      durations.observe({ method, route }, seconds)
    },
    async text(ports, organisation) {
      const [status, { rows, holds }] = await Promise.all([
        ports.status(organisation),
        ports.ledger.ledger(organisation),
      ])
      fromStatus(status, ports.channels())
      fromLedger(rows, holds)
      return await registry.metrics()
    },
  }
}

function statusGauges(registry: Registry): (status: ServerStatus, channels: number) => void {
  const gauge = gaugesIn(registry)
  const info = gauge('sallyport_info', 'The program, with its version', ['program'])
  const started = gauge('sallyport_start_time_seconds', 'Start of the server, Unix time')
  const events = gauge('sallyport_events_stored', 'Events held')
  const blocks = gauge('sallyport_blocks_stored', 'Blocks held')
  const bytes = gauge('sallyport_journal_bytes', 'Bytes of the journal on disk')
  const lag = gauge('sallyport_index_lag_blocks', 'Blocks that are stored and cannot be found yet')
  const devices = gauge('sallyport_devices', 'Devices, by whether they are known or heard of lately', ['state'])
  const open = gauge('sallyport_channels', 'Channels that are open')
  return (status, channels) => {
    const { journal } = status
    info.set({ program: status.program }, 1)
    started.set(status.startedAt / 1_000)
    events.set(journal.events)
    blocks.set(journal.blocks)
    bytes.set(journal.bytes)
    lag.set(journal.unindexedBlocks)
    devices.set({ state: 'known' }, status.devices.known)
    devices.set({ state: 'connected' }, status.devices.connected)
    open.set(channels)
  }
}

function ledgerGauges(registry: Registry): (rows: Ledger['rows'], holds: boolean) => void {
  const gauge = gaugesIn(registry)
  const account = gauge('sallyport_ledger_events', 'given = stored + lost + outstanding + withdrawn + expired', [
    'term',
  ])
  const balanced = gauge('sallyport_ledger_holds', '1 while the equation holds')
  const quarantined = gauge('sallyport_events_quarantined', 'Events whose line no parser could read')
  const lost = gauge('sallyport_events_lost', 'Events declared lost, by cause', ['cause'])
  const uncounted = gauge('sallyport_losses_uncounted', 'Streams with a loss of unknown size, by cause', ['cause'])
  return (rows, holds) => {
    for (const term of ['given', 'stored', 'lost', 'outstanding', 'withdrawn', 'expired'] as const)
      account.set(
        { term },
        rows.reduce((sum, row) => sum + row[term], 0),
      )
    balanced.set(holds ? 1 : 0)
    quarantined.set(rows.reduce((sum, row) => sum + row.quarantined, 0))
    lost.reset()
    uncounted.reset()
    for (const { holes, beforeSpool } of rows)
      for (const [cause, count] of [...Object.entries(holes), ...Object.entries(beforeSpool)])
        if (count === null) uncounted.inc({ cause })
        else lost.inc({ cause }, count)
  }
}

function gaugesIn(registry: Registry) {
  return (name: string, help: string, labelNames: readonly string[] = []) =>
    new Gauge({ name, help, labelNames: [...labelNames], registers: [registry] })
}
