// `sallyport exchange device ls`: the devices and their four states, never one (DESIGN "Words").
import type { DeviceList, DeviceRecord } from '../wire/api/fleet.ts'
import { openClient } from './client.ts'
import { dataOption } from './options.ts'
import { type OutputFormat, outputOption, print } from './output.ts'
import { type DefineCommand, examples } from './session.ts'
import { shownTime } from './show.ts'
import type { Table } from './table.ts'
import { say } from './terminal.ts'
import { suggest } from './suggest.ts'
import { quoted } from '../platform/shell-word.ts'

type Options = { readonly data: string; readonly output: OutputFormat }

export const exchangeDeviceLs: DefineCommand = (command, session) => {
  command
    .addOption(dataOption())
    .addOption(outputOption())
    .addHelpText('after', examples([['sallyport exchange device ls', 'who is enrolled, connected, healthy, flowing']]))
    .action(
      session.runs(async (options: Options) => {
        await using client = await openClient(session, options.data)
        const { devices, ...rest } = await client.get<DeviceList>('devices')
        const view = { document: { ...rest, devices }, rows: devices, table: deviceTable(devices) }
        await print(session.terminal, options.output, view)
        if (devices.length === 0) {
          say(session.terminal, 'No device is enrolled.')
          await suggest(session, options, ['token create', 'connects one'])
        } else await suggest(session, options, `exchange device show ${quoted(devices[0]?.id ?? '')}`)
        return 0
      }),
    )
}

export function deviceTable(devices: readonly DeviceRecord[]): Table {
  const yes = (state: boolean) => (state ? 'yes' : 'no')
  return {
    columns: ['DEVICE', 'NAME', 'ENROLLED', 'CONNECTED', 'HEALTHY', 'FLOWING', 'LAST ACK', 'CERTIFICATE UNTIL'].map(
      (title) => ({ title }),
    ),
    rows: devices.map(({ id, name, states, lastAckAt, certificate }) => [
      id,
      name,
      yes(states.enrolled),
      yes(states.connected),
      yes(states.healthy),
      yes(states.flowing),
      shownTime(lastAckAt),
      certificate === null ? 'none' : certificate.revokedAt === null ? shownTime(certificate.notAfter) : 'revoked',
    ]),
  }
}
