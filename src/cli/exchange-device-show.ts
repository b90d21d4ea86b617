// `sallyport exchange device show ID`: everything the exchange knows of one device, and what it last said of itself.
import type { DeviceView } from '../wire/api/fleet.ts'
import { openClient } from './client.ts'
import { dataOption } from './options.ts'
import { type OutputFormat, outputOption, print } from './output.ts'
import { thousands } from './progress.ts'
import { type DefineCommand, examples } from './session.ts'
import { shownTime } from './show.ts'
import { statusLines } from './status-lines.ts'
import { suggest } from './suggest.ts'
import { printable } from './terminal.ts'
import { quoted } from '../platform/shell-word.ts'

type Options = { readonly data: string; readonly output: OutputFormat }

export const exchangeDeviceShow: DefineCommand = (command, session) => {
  command
    .argument('<DEVICE>', 'its identity, as exchange device ls shows it')
    .addOption(dataOption())
    .addOption(outputOption())
    .addHelpText(
      'after',
      examples([
        ['sallyport exchange device show fw-1', 'states, certificate, ledger, losses, channel, sources, spool'],
      ]),
    )
    .action(
      session.runs(async (id: string, options: Options) => {
        await using client = await openClient(session, options.data)
        const device = await client.get<DeviceView>(`devices/${encodeURIComponent(id)}`)
        await print(session.terminal, options.output, { document: device, table: linesOf(device).map(printable) })
        await suggest(session, options, [`doctor ${quoted(id)}`, 'what is in the way of its events'], 'ledger')
        return device.account.holds ? 0 : 1
      }),
    )
}

function linesOf(device: DeviceView): string[] {
  const { states, account, certificate, certificateDays, lagMs, status } = device
  const { holds, losses, ...terms } = account
  const lines = [
    `device       ${device.id}  ${device.name}  of ${device.organisation}`,
    `states       ${Object.entries(states)
      .map(([state, is]) => (is ? state : `not ${state}`))
      .join(', ')}`,
    `enrolled     ${shownTime(device.enrolledAt)}, last heard ${shownTime(device.lastSeenAt)}, last acknowledged ${shownTime(device.lastAckAt)}`,
    `identity     ${certificate === null ? 'no certificate' : `serial ${certificate.serial}, until ${shownTime(certificate.notAfter)} (${certificateDays} days)${certificate.revokedAt === null ? '' : `, revoked ${shownTime(certificate.revokedAt)}`}`}`,
    `lag          ${lagMs === null ? 'unknown: it has not said' : `${thousands(Math.round(lagMs / 1_000))} s`}`,
    `ledger       ${Object.entries(terms)
      .map(([term, count]) => `${term} ${thousands(count)}`)
      .join(', ')}${holds ? '' : ': does not hold'}`,
    ...Object.entries(losses).map(
      ([cause, count]) => `lost         ${count === null ? 'an unknown number' : thousands(count)} (${cause})`,
    ),
  ]
  if (status === null) return [...lines, 'status       it has said nothing of itself yet']
  return [...lines, `program      ${status.program}, said at ${shownTime(status.at)}`, ...statusLines(status)]
}
