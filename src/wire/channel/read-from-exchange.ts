// What a device accepts as the head of a message from its exchange. By hand, so that a device carries no schema
// compiler (200 ms and 20 MB at start, measured).
import type { StreamHead } from '../streams.ts'
import type { FromExchange } from './messages.ts'

/** Largest credit an exchange may ever grant: what a device would hold in flight (delivery C4, S10). */
const creditBytesMax = 64 * 1024 * 1024
const lingerMsMax = 60_000

/** @returns the head as a message, undefined where it is none: the other side broke the protocol. */
export function readFromExchange(head: unknown): FromExchange | undefined {
  if (!isRecord(head)) return undefined
  return isMessage(head) ? (head as FromExchange) : undefined
}

function isMessage(m: Readonly<Record<string, unknown>>): boolean {
  switch (m['t']) {
    case 'welcome':
      return (
        Number.isInteger(m['v']) &&
        isText(m['journal'], 128) &&
        m['journal'] !== '' &&
        Number.isFinite(m['clock']) &&
        natural(m['credit'], creditBytesMax) &&
        natural(m['lingerMs'], lingerMsMax) &&
        natural(m['messageBytes'])
      )
    case 'resume':
      return isRecord(m['heads']) && Object.entries(m['heads']).every(([id, head]) => isStream(id) && isHead(head))
    case 'ack':
      return isRecord(m['acks']) && Object.entries(m['acks']).every(([id, block]) => isStream(id) && natural(block))
    case 'credit':
      return natural(m['bytes'], creditBytesMax) && (m['lingerMs'] === undefined || natural(m['lingerMs'], lingerMsMax))
    case 'wanted':
      return isStream(m['stream']) && natural(m['block']) && (m['damaged'] === undefined || m['damaged'] === true)
    case 'refused':
      return isStream(m['stream']) && natural(m['block']) && isText(m['code'], 128)
    case 'drain':
      return natural(m['comeBackMs'], 24 * 3_600_000)
    default:
      return false
  }
}

function isHead(value: unknown): value is StreamHead {
  return (
    isRecord(value) &&
    Number.isSafeInteger(value['block']) &&
    Number(value['block']) >= -1 &&
    typeof value['hash'] === 'string' &&
    /^[0-9a-f]{64}$/.test(value['hash']) &&
    natural(value['sequence'])
  )
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isStream(value: unknown): boolean {
  return typeof value === 'string' && /^[0-9a-f]{32}$/.test(value)
}

function isText(value: unknown, max: number): boolean {
  return typeof value === 'string' && value.length <= max
}

function natural(value: unknown, max: number = Number.MAX_SAFE_INTEGER): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= max
}
