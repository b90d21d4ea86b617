// What a device accepts as the head of a message from its exchange. By hand: docs/decisions/0006.
import { holesNamedMax } from '../streams.ts'
import type { FromExchange } from './messages.ts'
import {
  areItems,
  areMembers,
  isMembers,
  isNatural,
  isOptional,
  isStreamHead,
  isStreamId,
  isText,
  type Members,
} from './shapes.ts'

/** Largest credit an exchange may ever grant: what a device would hold in flight (delivery C4, S10). */
const creditBytesMax = 64 * 1024 * 1024
const lingerMsMax = 60_000
const comeBackMsMax = 24 * 3_600_000
const streamsMax = 100_000

/** @returns the head as a message, undefined where it is none: the other side broke the protocol. */
export function readFromExchange(head: unknown): FromExchange | undefined {
  return isMembers(head) && isMessage(head) ? (head as FromExchange) : undefined
}

function isMessage(m: Members): boolean {
  switch (m['t']) {
    case 'welcome':
      return (
        Number.isInteger(m['v']) &&
        isText(m['journal'], 128) &&
        m['journal'] !== '' &&
        Number.isFinite(m['clock']) &&
        isNatural(m['credit'], creditBytesMax) &&
        isNatural(m['lingerMs'], lingerMsMax) &&
        isNatural(m['messageBytes'])
      )
    case 'resume':
      return areMembers(m['heads'], streamsMax, (stream, head) => isStreamId(stream) && isHeldStream(head))
    case 'ack':
      return areMembers(m['acks'], streamsMax, (stream, block) => isStreamId(stream) && isNatural(block))
    case 'credit':
      return isNatural(m['bytes'], creditBytesMax) && isOptional(m['lingerMs'], (ms) => isNatural(ms, lingerMsMax))
    case 'wanted':
      return isStreamId(m['stream']) && isNatural(m['block']) && isOptional(m['damaged'], (flag) => flag === true)
    case 'refused':
      return isStreamId(m['stream']) && isNatural(m['block']) && isText(m['code'], 128)
    case 'drain':
      return isNatural(m['comeBackMs'], comeBackMsMax)
    case 'doctor':
      return isNatural(m['id'])
    default:
      return false
  }
}

function isHeldStream(value: unknown): boolean {
  return (
    isStreamHead(value) && isMembers(value) && isOptional(value['holes'], (it) => areItems(it, holesNamedMax, isRange))
  )
}

function isRange(value: unknown): boolean {
  return (
    Array.isArray(value) && value.length === 2 && isNatural(value[0]) && isNatural(value[1]) && value[0] <= value[1]
  )
}
