import { blockStoreContract } from './block-store.contract.ts'
import { openSqliteBlockStore } from './block-store-sqlite.ts'
import { temporaryFolder } from '../journal-fixture.ts'

blockStoreContract(
  async () => {
    const folder = await temporaryFolder()
    return {
      open: () => openSqliteBlockStore({ folder: folder.path, readOnly: false }),
      [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
    }
  },
  // SQLite has one writer; the journal is the only process that opens its folder.
  { manyWriters: false },
)
