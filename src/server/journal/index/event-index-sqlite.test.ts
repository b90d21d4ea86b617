import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { openSqliteBlockStore } from '../blocks/block-store-sqlite.ts'
import { dayFile } from '../day-files.ts'
import { eventIndexContract } from './event-index.contract.ts'
import { openSqliteEventIndex } from './event-index-sqlite.ts'
import { packTimes, unpackTimes } from './event-times.ts'
import { indexedBlock } from './index-fixture.ts'
import { temporaryFolder } from '../journal-fixture.ts'
import { anyTime } from '../query/plan.ts'
import { fixtureStart, StreamFixture } from '../stream-fixture.ts'

async function house() {
  const folder = await temporaryFolder()
  return {
    path: folder.path,
    async addDay(day: string) {
      await using store = await openSqliteBlockStore({ folder: folder.path, readOnly: false })
      const blocks = [new StreamFixture().open().bytes]
      const sender = { organisation: 'acme', device: 'fw-1' }
      await store.write('acme', [{ kind: 'append', sender, blocks }], Date.parse(day))
    },
    open: () => openSqliteEventIndex({ folder: folder.path, readOnly: false }),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}

// SQLite has one writer; the index reader is the only thread that opens the files to write.
eventIndexContract(house, { manyWriters: false })

test('delivery D31: a damaged index file is dropped and begins again at its first block', async () => {
  await using at = await house()
  await at.addDay('2026-11-24')
  await writeFile(dayFile(at.path, 'acme', '2026-11-24', 'index'), 'no database'.repeat(1_000))
  const dropped: string[] = []
  await using index = await openSqliteEventIndex({
    folder: at.path,
    readOnly: false,
    dropped: (path) => dropped.push(path),
  })
  assert.deepEqual([...(await index.cursors('acme'))], [])
  assert.equal(dropped.length, 1)
  await index.add('acme', '2026-11-24', [indexedBlock(1, [{ terms: 'a:b', at: fixtureStart, severity: 0 }])])
  assert.equal(await index.count('acme', { where: { kind: 'all' }, times: anyTime }, new AbortController().signal), 1)
})

test('performance 3: packed times come back exactly, also those of a clock that is years off', () => {
  const times = [fixtureStart, fixtureStart - 1, 0, 253_402_300_799_999, -62_135_596_800_000, fixtureStart]
  const severities = [0, 1, 2, 3, 0, 1]
  assert.deepEqual(unpackTimes(packTimes(times, severities, fixtureStart + 5), fixtureStart + 5), { times, severities })
})
