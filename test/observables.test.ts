// Every distinct observable of the corpus returns exactly the identities that hold it; raw lines are compared on a
// seeded sample of 2,000 (issue "The road"). The expectation is made by reading every stored line again.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { seededRandom } from '../src/demo/scenario.ts'
import { systemClock } from '../src/platform/clock.ts'
import { openLog } from '../src/platform/log.ts'
import { openJournal, type Journal } from '../src/server/journal/journal.ts'
import type { EventRecord } from '../src/wire/api/events.ts'
import { parseEventId } from '../src/core/ids.ts'
import { corpusPath, needsCorpus } from './corpus.ts'
import { run, temporaryFolder } from './sallyport.ts'

const sampleSize = 2_000

async function all(journal: Journal, q: string): Promise<EventRecord[]> {
  const events: EventRecord[] = []
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await journal.search('default', { q, limit: 1_000, ...(cursor === undefined ? {} : { cursor }) })
    events.push(...page.events)
    cursor = page.next
  }
  return events
}

describe('road: every distinct observable returns exactly the identities that hold it', needsCorpus, () => {
  for (const input of ['suricata/eve-4.1.10', 'zeek/rita-tsv', 'snort', 'ftd']) {
    test(`road: observables of ${input}`, { timeout: 240_000 }, async (t) => {
      const data = temporaryFolder(t)
      const opened = await run(t, ['open', corpusPath(input), '--once', '-o', 'json', '--data', data])
      assert.equal(opened.code, 0, opened.stderr)
      const log = openLog('test', join(data, 'test.log'))
      await using journal = await openJournal({
        folder: join(data, 'exchange/journal'),
        clock: systemClock,
        log,
        retentionDays: 30_000,
      })
      const events = await all(journal, '')
      const holders = new Map<string, Set<string>>()
      for (const { id, body } of events) {
        if (body.kind !== 'event') continue
        for (const { type, value } of body.observables) {
          const field = type === 'ipv6' ? 'ip' : type
          const key = `${field}="${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
          const ids = holders.get(key) ?? new Set()
          holders.set(key, ids.add(id))
        }
      }
      assert(holders.size > 10)
      for (const [q, ids] of holders) {
        const found = await all(journal, q)
        assert.equal(found.length, ids.size, q)
        for (const { id } of found) assert(ids.has(id), `${q} found ${id}, which does not hold it`)
      }
      const random = seededRandom(sampleSize)
      for (let drawn = 0; drawn < Math.min(sampleSize, events.length); drawn++) {
        const event = events[Math.floor(random() * events.length)] ?? assert.fail()
        assert.equal((await journal.event('default', parseEventId(event.id)))?.raw, event.raw)
      }
    })
  }
})
