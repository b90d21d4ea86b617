// A process that fills a journal and says which sequence is acknowledged; to be killed. Arguments: folder.
import { systemClock } from '../../platform/clock.ts'
import { fixtureFormats, quiet } from './journal-fixture.ts'
import { openJournal } from './journal.ts'
import { StreamFixture } from './stream-fixture.ts'

const [folder = '.', stream = '1'.repeat(32)] = process.argv.slice(2)
const journal = await openJournal({
  folder,
  clock: systemClock,
  log: quiet,
  retentionDays: 30,
  formats: fixtureFormats,
})
const fixture = new StreamFixture({ stream, at: systemClock.now() })
await journal.store.append({ organisation: 'acme', device: 'fw-1' }, [fixture.open().bytes])
for (let number = 0; ; number++) {
  const block = fixture.events(Array.from({ length: 20 }, (_, index) => `{"type":"dns","user":"u${number}-${index}"}`))
  await journal.store.append({ organisation: 'acme', device: 'fw-1' }, [block.bytes])
  process.stdout.write(`${fixture.end.sequence}\n`)
}
