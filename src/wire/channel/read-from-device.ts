// What an exchange accepts as the head of a message from a device: shapes and bounds, checked once at the border
// (security S6; delivery D25). By hand: docs/decisions/0006. Blocks are checked by block-format.
import { isDoctorReport } from '../read-doctor.ts'
import type { FromDevice } from './messages.ts'
import {
  areItems,
  areMembers,
  isBlockOrNone,
  isHash,
  isInstant,
  isMembers,
  isNatural,
  isOptional,
  isStreamHead,
  isStreamId,
  isText,
  type Members,
} from './shapes.ts'

/** Streams in one list; 90 days of hourly starts of several sources stay below (delivery C3). */
export const streamsMax = 20_000
/** Sources of which a status may tell, and causes of loss of each. */
const sourcesMax = 1_000
const causesMax = 64
const versionsMax = 64

/** @returns the head as a message, undefined where it is none: the sender broke the protocol. */
export function readFromDevice(head: unknown): FromDevice | undefined {
  return isMembers(head) && isMessage(head) ? (head as FromDevice) : undefined
}

function isMessage(m: Members): boolean {
  switch (m['t']) {
    case 'hello':
      return (
        Number.isInteger(m['v']) &&
        areItems(m['versions'], versionsMax, Number.isInteger) &&
        isText(m['program'], 128) &&
        isText(m['device'], 63) &&
        isInstant(m['clock']) &&
        isText(m['session'], 64) &&
        isOptional(m['doctor'], (flag) => flag === true)
      )
    case 'streams':
      return areItems(m['streams'], streamsMax, isDeviceStream)
    case 'blocks':
      return true
    case 'missing':
      return (
        isStreamId(m['stream']) &&
        isNatural(m['from']) &&
        isNatural(m['through']) &&
        isOneOf(m['cause'], ['spool.damaged', 'spool.removed', 'exchange.restored']) &&
        isOptional(m['final'], (end) => isMembers(end) && isHash(end['hash']) && isNatural(end['sequence']))
      )
    case 'checkpoint':
      return (
        isStreamId(m['stream']) &&
        isNatural(m['block']) &&
        isHash(m['hash']) &&
        isNatural(m['sequence']) &&
        isInstant(m['at']) &&
        isText(m['signature'], 1024) &&
        /^[A-Za-z0-9+/]+=*$/.test(m['signature'])
      )
    case 'status':
      return isMembers(m['status']) && isStatus(m['status'])
    case 'examined':
      return isNatural(m['id']) && isDoctorReport(m['report'])
    default:
      return false
  }
}

function isDeviceStream(value: unknown): boolean {
  return (
    isMembers(value) &&
    isStreamId(value['stream']) &&
    isText(value['source'], 255) &&
    isOneOf(value['state'], ['live', 'backlog', 'ended']) &&
    isStreamHead(value['head']) &&
    isNatural(value['lowest'])
  )
}

function isStatus(s: Members): boolean {
  const { channel, certificate, eventHandler } = s
  return (
    s['v'] === 1 &&
    isText(s['program'], 128) &&
    isText(s['device'], 63) &&
    isInstant(s['at']) &&
    isOptional(s['clockOffsetMs'], Number.isFinite) &&
    typeof s['enrolled'] === 'boolean' &&
    isMembers(channel) &&
    isChannel(channel) &&
    isOptional(certificate, isCertificate) &&
    isOptional(eventHandler, isEventHandler) &&
    isText(s['configurationHash'], 128)
  )
}

function isChannel(c: Members): boolean {
  return (
    isOneOf(c['state'], ['none', 'connecting', 'connected', 'waiting']) &&
    isInstant(c['since']) &&
    isText(c['peer'], 512) &&
    isOptional(c['lastCode'], (code) => isText(code, 128)) &&
    isOptional(c['nextAttemptAt'], isInstant) &&
    isInstant(c['lastAckAt'])
  )
}

function isCertificate(value: unknown): boolean {
  return isMembers(value) && isText(value['serial'], 128) && isInstant(value['notAfter']) && isInstant(value['renewAt'])
}

function isEventHandler(value: unknown): boolean {
  return (
    isMembers(value) &&
    value['v'] === 1 &&
    isNatural(value['pid']) &&
    isInstant(value['startedAt']) &&
    isText(value['socket'], 4096) &&
    areItems(value['sources'], sourcesMax, isSource) &&
    isSpool(value['spool']) &&
    typeof value['drained'] === 'boolean'
  )
}

function isListenerCertificate(value: unknown): boolean {
  return isCertificate(value) && isMembers(value) && isOptional(value['problem'], (problem) => isText(problem, 4096))
}

function isSource(value: unknown): boolean {
  return (
    isMembers(value) &&
    isText(value['name'], 255) &&
    isText(value['format'], 64) &&
    isText(value['input'], 4096) &&
    isText(value['state'], 32) &&
    isOptional(value['reason'], (reason) => isText(reason, 4096)) &&
    isText(value['stream'], 64) &&
    isOptional(value['certificate'], isListenerCertificate) &&
    ['behindBytes', 'events', 'ignored', 'notSelected'].every((name) => isNatural(value[name])) &&
    areMembers(value['lost'], causesMax, (cause, lost) => isText(cause, 64) && isLost(lost)) &&
    isInstant(value['lastEventAt']) &&
    isOptional(value['lastLoss'], isLoss)
  )
}

function isLoss(value: unknown): boolean {
  return isMembers(value) && isInstant(value['at']) && isText(value['cause'], 64)
}

function isLost(value: unknown): boolean {
  return isMembers(value) && isNatural(value['count']) && typeof value['unknown'] === 'boolean'
}

function isSpool(value: unknown): boolean {
  return (
    isMembers(value) &&
    ['bytes', 'bytesMax', 'segments', 'outstandingEvents', 'outstandingBytes'].every((name) =>
      isNatural(value[name]),
    ) &&
    isInstant(value['oldestOutstandingAt']) &&
    isOneOf(value['state'], ['open', 'full', 'unwritable']) &&
    areMembers(value['given'], streamsMax, (stream, given) => isStreamId(stream) && isGiven(given))
  )
}

function isGiven(value: unknown): boolean {
  return (
    isMembers(value) &&
    isText(value['source'], 255) &&
    isNatural(value['sequence']) &&
    isBlockOrNone(value['block']) &&
    isBlockOrNone(value['acknowledged'])
  )
}

function isOneOf(value: unknown, words: readonly string[]): boolean {
  return typeof value === 'string' && words.includes(value)
}
