// Commands that more than one check prints.
import { quoted } from '../platform/shell-word.ts'
import type { Subject } from './subject.ts'

/** @returns one line that puts back the address that was good before; undefined where there was no other */
export function otherAddress({ exchangeBefore, exchangeFile, typed }: Subject): string | undefined {
  if (exchangeBefore === undefined) return undefined
  return `sed -i 's/^connector_fqdn=.*/connector_fqdn=${exchangeBefore}/' ${quoted(exchangeFile)} && ${typed('pmtool restartbyid SSEConnector')}`
}

/** @returns what is typed at the exchange, and here */
export function enrolAnew({ typed }: Subject): string {
  return `On the exchange: sallyport token create, then here: ${typed('device enrol TOKEN')}`
}
