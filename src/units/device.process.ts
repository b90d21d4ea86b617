// Entry of the child processes EventHandler and connector: says which, waits for its options, runs it.
import { Fault } from '../core/fault.ts'
import { systemClock } from '../platform/clock.ts'
import { type DeviceUnitOptions, startConnectorUnit, startEventHandlerUnit } from './device.ts'
import { runUnit } from './run-unit.ts'

const unit = process.argv[2] ?? ''

runUnit(unit, async (options, signal) => {
  switch (unit) {
    case 'EventHandler':
      return await startEventHandlerUnit(options as DeviceUnitOptions, systemClock, signal)
    case 'connector':
      return await startConnectorUnit(options as DeviceUnitOptions, systemClock)
    default:
      throw new Fault('internal', { what: `No unit of a device is called "${unit}"` })
  }
})
