// Binding a request to its TLS channel by its challengePassword: tls-unique or the exporter of RFC 9266 (security 1.3).
import { timingSafeEqual } from 'node:crypto'
import type { TLSSocket } from 'node:tls'
import { Fault } from '../../core/fault.ts'

/**
 * A value of 12 or 32 bytes is a binding and must be that of this channel; any other may be a password and is ignored.
 * Throws Fault `enrolment.pop.mismatch`, or `enrolment.pop.missing` where the organisation demands one.
 */
export function checkChannelLink(challenge: string | undefined, socket: TLSSocket, required: boolean): void {
  const given = Buffer.from(challenge ?? '', 'base64')
  const expected = given.length === 12 ? socket.getPeerFinished() : given.length === 32 ? exporter(socket) : undefined
  if (given.length !== 12 && given.length !== 32) {
    if (!required) return
    throw new Fault('enrolment.pop.missing', {
      what: 'The organisation wants requests that are bound to their channel',
    })
  }
  if (expected === undefined || expected.length !== given.length || !timingSafeEqual(expected, given))
    throw new Fault('enrolment.pop.mismatch', { what: 'The challengePassword is not of this connection' })
}

function exporter(socket: TLSSocket): Buffer {
  return socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0))
}
