// Entry of the child processes EventHandler, connector and exchange: says which, waits for its options, runs it.
import { Fault } from '../core/fault.ts'
import { runChild } from '../platform/child-main.ts'
import { systemClock } from '../platform/clock.ts'
import type { DeviceUnitOptions } from './device.ts'
import type { ExchangeOptions } from './exchange.ts'

const unit = process.argv[2] ?? ''
// netstat reads argv[0], which the parent set; lsof and ps -c read the kernel's name, set here.
process.title = unit

runChild(
  async (options, signal) => {
    switch (unit) {
      case 'exchange':
        return await (await import('./exchange.ts')).startExchange(options as ExchangeOptions, systemClock)
      case 'EventHandler':
        return await (await import('./device.ts')).startEventHandlerUnit(
          options as DeviceUnitOptions,
          systemClock,
          signal,
        )
      case 'connector':
        return await (await import('./device.ts')).startConnectorUnit(options as DeviceUnitOptions, systemClock)
      default:
        throw new Fault('internal', { what: `No unit is called "${unit}"` })
    }
  },
  (error) => {
    const fault = error instanceof Fault ? error : new Fault('internal', { what: String(error), cause: error })
    if (!(error instanceof Fault)) process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
    return { code: fault.code, what: fault.what, remedy: fault.remedy }
  },
)
