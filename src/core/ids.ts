// The names by which the whole system knows things. Each is branded and made only by its checking function,
// so that a string from outside can never stand where a checked id is meant (delivery 1.0; security 1.1).
import { Fault } from './fault.ts'

export type DeviceId = string & { readonly __id: 'device' }
export type OrganisationId = string & { readonly __id: 'organisation' }
export type StreamId = string & { readonly __id: 'stream' }
export type Sequence = number & { readonly __id: 'sequence' }

/** The identity of an event: there is no other (delivery 1.0). */
export type EventId = { readonly stream: StreamId; readonly sequence: Sequence }

/** @returns `text` as a device id: a lower-case letter or digit first, then up to 62 of `[a-z0-9-]`. */
export function deviceId(text: string): DeviceId {
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(text))
    throw malformed('device id', text, 'lower-case letters, digits and -, up to 63')
  return text as DeviceId
}

/** @returns `text` as an organisation id; it is also the EST label (security 1.1). */
export function organisationId(text: string): OrganisationId {
  if (!/^[a-z0-9-]{1,63}$/.test(text))
    throw malformed('organisation id', text, 'lower-case letters, digits and -, up to 63')
  return text as OrganisationId
}

/** @returns `text` as a stream id: 128 bits in 32 lower-case hexadecimal digits. */
export function streamId(text: string): StreamId {
  if (!/^[0-9a-f]{32}$/.test(text)) throw malformed('stream id', text, '32 lower-case hexadecimal digits')
  return text as StreamId
}

/** @returns `value` as a sequence within a stream: a safe integer from 1. */
export function sequence(value: number): Sequence {
  if (!Number.isSafeInteger(value) || value < 1) throw malformed('sequence', String(value), 'a whole number from 1')
  return value as Sequence
}

/** Reads `STREAM:SEQUENCE`, also with a leading `DEVICE/`, as people paste it. */
export function parseEventId(text: string): EventId {
  const match = /^(?:[a-z0-9][a-z0-9-]{0,62}\/)?([0-9a-f]{32}):([1-9][0-9]{0,15})$/.exec(text.trim())
  if (!match?.[1] || !match[2]) throw malformed('event identity', text, 'STREAM:SEQUENCE or DEVICE/STREAM:SEQUENCE')
  return { stream: streamId(match[1]), sequence: sequence(Number(match[2])) }
}

/** @returns the identity in the one form that is shown and pasted: `STREAM:SEQUENCE`. */
export function formatEventId(id: EventId): string {
  return `${id.stream}:${id.sequence}`
}

function malformed(what: string, seen: string, wanted: string): Fault {
  return new Fault('input.malformed', { what: `"${seen.slice(0, 80)}" is no ${what}`, remedy: `Give ${wanted}.` })
}
