// The contract of modules, over a journal in memory.
import { systemClock } from '../../../platform/clock.ts'
import { organisationId } from '../../../core/ids.ts'
import type { EventRecord } from '../../../wire/api/events.ts'
import type { EventsPort } from '../../enrich/events-port.ts'
import { memoryEvents } from '../../enrich/events-port-memory.ts'
import { noCoverage } from '../../enrich/merge-coverage.ts'
import { moduleContract } from '../module.contract.ts'
import { eventsType, openEventsModule } from './events-module.ts'

const known = { type: 'ip', value: '203.0.113.7' } as const

/** @param count each of its own signature, so that nothing folds them */
function journal(count: number): EventsPort {
  const at = systemClock.now()
  const events = Array.from({ length: count }, (_, index): EventRecord => {
    const id = `${'0'.repeat(32)}:${index + 1}`
    const origin = { id, device: 'fw-1', source: 'eve', format: 'suricata/eve', arrivedAt: at, raw: '{}' }
    const signature = { id: `1:${index}`, name: 'EXAMPLE' }
    const what = { kind: 'event', sensor: 'suricata', type: 'alert', severity: 'high', signature } as const
    return { ...origin, body: { ...what, at, flow: {}, observables: [known], relations: [], summary: 'EXAMPLE' } }
  })
  return memoryEvents(organisationId('here'), events, noCoverage)
}

function hanging(reached: () => void, released: () => void): EventsPort {
  const hang = (_organisation: unknown, _question: unknown, { signal }: { readonly signal: AbortSignal }) => {
    const { promise, reject } = Promise.withResolvers<never>()
    signal.addEventListener('abort', () => {
      released()
      reject(signal.reason)
    })
    reached()
    return promise
  }
  return { search: hang, count: hang }
}

moduleContract({
  type: eventsType,
  known,
  async open(_up, source) {
    if (source.kind === 'hangs') return openEventsModule(hanging(source.reached, source.released))
    return openEventsModule(journal(source.kind === 'floods' ? 6_000 : 3))
  },
})
