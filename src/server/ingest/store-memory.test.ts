import { openMemoryStore } from './store-memory.ts'
import { storeContract } from './store.contract.ts'

storeContract('memory', async () => openMemoryStore())
