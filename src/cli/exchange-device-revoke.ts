// `sallyport exchange device revoke`: the certificates of a device are worth nothing from now on.
import { Option } from 'commander'
import type { DeviceRecord } from '../wire/api/fleet.ts'
import { openClient } from './client.ts'
import { confirm } from './confirm.ts'
import { deviceTable } from './exchange-device-ls.ts'
import { dataOption } from './options.ts'
import { type OutputFormat, outputOption, print } from './output.ts'
import { type DefineCommand, examples } from './session.ts'
import { say } from './terminal.ts'
import { suggest } from './suggest.ts'

type Options = { readonly data: string; readonly output: OutputFormat; readonly yes?: boolean }

export const exchangeDeviceRevoke: DefineCommand = (command, session) => {
  command
    .argument('<DEVICE>', 'id of the device, as `exchange device ls` shows it')
    .addOption(dataOption())
    .addOption(new Option('-y, --yes', 'do not ask'))
    .addOption(outputOption())
    .addHelpText(
      'after',
      examples([['sallyport exchange device revoke sensor-1 --yes', 'closes its channel within 2 s']]),
    )
    .action(
      session.runs(async (device: string, options: Options) => {
        const question = `Revoke the certificates of ${device}? It keeps its events and sends none until it enrols anew.`
        await confirm(session, question, options.yes === true)
        await using client = await openClient(session, options.data)
        const answer = await client.post<DeviceRecord>(`devices/${encodeURIComponent(device)}/revoke`)
        await print(session.terminal, options.output, { document: answer, table: deviceTable([answer]) })
        say(session.terminal, 'undo: enrol it anew with a new token; on the device: sallyport device enrol')
        await suggest(session, options, 'token create')
        return 0
      }),
    )
}
