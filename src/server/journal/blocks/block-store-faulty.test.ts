import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Fault } from '../../../core/fault.ts'
import { blockStoreContract } from './block-store.contract.ts'
import { faultyBlockStore, type StoreFault } from './block-store-faulty.ts'
import { openSqliteBlockStore } from './block-store-sqlite.ts'
import { temporaryFolder } from '../journal-fixture.ts'
import { fixtureStart, StreamFixture } from '../stream-fixture.ts'

const sender = { organisation: 'acme', device: 'fw-1' }

blockStoreContract(
  async () => {
    const folder = await temporaryFolder()
    return {
      open: async () => faultyBlockStore(await openSqliteBlockStore({ folder: folder.path, readOnly: false }), []),
      [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
    }
  },
  { manyWriters: false },
)

test('delivery D3: what was committed and not answered is a duplicate when it comes again', async () => {
  await using folder = await temporaryFolder()
  const fault = new Fault('journal.unavailable', { what: 'killed between commit and ack' })
  const faults: StoreFault[] = [
    { on: 'write', when: 'after', fault },
    { on: 'write', when: 'before', fault },
  ]
  await using store = faultyBlockStore(await openSqliteBlockStore({ folder: folder.path, readOnly: false }), faults)
  const stream = new StreamFixture()
  const write = (block: Buffer) => store.write('acme', [{ kind: 'append', sender, blocks: [block] }], fixtureStart)
  const open = stream.open().bytes
  const events = stream.events(['a']).bytes
  await assert.rejects(write(open), { code: 'journal.unavailable' })
  await assert.rejects(write(events), { code: 'journal.unavailable' })
  assert.equal((await store.read('acme', null, 9)).length, 1)
  const [first, second] = [await write(open), await write(events)]
  assert.deepEqual(
    [first, second].map(([reply]) => (reply?.kind === 'append' ? reply.outcomes[0]?.kind : undefined)),
    ['duplicate', 'stored'],
  )
})
