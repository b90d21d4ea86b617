import { openLog } from '../../platform/log.ts'
import { hopContract } from './hop.contract.ts'
import { memoryHop } from './hop-memory.ts'

const log = openLog('test', '/dev/null')

hopContract('memory', async () => {
  const hop = memoryHop()
  return {
    openServer: (handlers) => hop.openServer(log, handlers),
    openClient: (handlers) => hop.openClient(log, handlers),
    async [Symbol.asyncDispose]() {},
  }
})
