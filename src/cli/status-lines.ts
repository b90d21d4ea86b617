// What a device says of itself (wire/status.ts), as lines for people: of this machine and of any device alike.
import type { Status } from '../wire/status.ts'
import { thousands } from './progress.ts'
import { shownTime } from './show.ts'

/** @returns the lines of channel, certificate, spool and sources, not yet printable */
export function statusLines({ channel, certificate, eventHandler }: Status): string[] {
  const ended = channel.lastCode === undefined ? '' : `  last ended with ${channel.lastCode}`
  const lines = [
    `channel      ${channel.state} since ${shownTime(channel.since)}  ${channel.peer}${ended}`,
    `last ack     ${shownTime(channel.lastAckAt)}`,
  ]
  if (certificate !== undefined) lines.push(`certificate  until ${shownTime(certificate.notAfter)}`)
  if (eventHandler === undefined) return [...lines, 'sources      EventHandler is not attached']
  const { spool, sources } = eventHandler
  lines.push(
    `spool        ${spool.state}, ${thousands(spool.outstandingEvents)} events outstanding, ${thousands(spool.bytes)} of ${thousands(spool.bytesMax)} bytes`,
  )
  for (const { name, state, format, events, reason } of sources)
    lines.push(
      `source       ${name}  ${state}  ${format}  ${thousands(events)} events${reason === undefined ? '' : `  ${reason}`}`,
    )
  return lines
}
