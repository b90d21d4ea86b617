// Entry of the exchange as a child process.
import { systemClock } from '../platform/clock.ts'
import { type ExchangeOptions, startExchange } from './exchange.ts'
import { runUnit } from './run-unit.ts'

runUnit('exchange', (options) => startExchange(options as ExchangeOptions, systemClock))
