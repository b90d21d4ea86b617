// What a device says of itself (wire/status.ts), as lines for people: of this machine and of any device alike.
import type { SourceStatus, Status } from '../wire/status.ts'
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
  for (const source of sources) lines.push(...sourceLines(source))
  return lines
}

function sourceLines(source: SourceStatus): string[] {
  const { name, state, format, events, reason, input, connections, certificate, lost } = source
  const why = reason === undefined ? '' : `  ${reason}`
  const senders = connections === undefined ? '' : `  ${thousands(connections)} connected`
  const until = certificate === undefined ? '' : `  certificate until ${shownTime(certificate.notAfter)}`
  const late = certificate?.problem === undefined ? [] : [`             not renewed: ${certificate.problem}`]
  const losses = Object.entries(lost).map(
    ([cause, { count, unknown }]) =>
      `             lost: ${unknown ? `${count === 0 ? '' : `${thousands(count)} and `}unknown` : thousands(count)} (${cause})`,
  )
  return [
    `source       ${name}  ${state}  ${format}  ${thousands(events)} events${why}`,
    `             ${input}${senders}${until}`,
    ...late,
    ...losses,
  ]
}
