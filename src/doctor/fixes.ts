// Commands that more than one check prints.
import { quoted } from '../platform/shell-word.ts'
import type { Subject } from './subject.ts'

/** @returns the whole command, ready to paste: with the data folder where that is not the usual one */
export function typed({ data }: Pick<Subject, 'data'>, command: string): string {
  return `sallyport ${command}${data === '' ? '' : ` --data ${quoted(data)}`}`
}

/** @returns one line that puts back the address that was good before; undefined where there was no other */
export function otherAddress(subject: Subject): string | undefined {
  const { exchangeBefore, exchangeFile } = subject
  if (exchangeBefore === undefined) return undefined
  return `sed -i 's/^connector_fqdn=.*/connector_fqdn=${exchangeBefore}/' ${quoted(exchangeFile)} && ${typed(subject, 'pmtool restartbyid SSEConnector')}`
}

/** @returns what is typed at the exchange, and here */
export function enrolAnew(subject: Subject): string {
  return `On the exchange: sallyport token create, then here: ${typed(subject, 'device enrol TOKEN')}`
}
