// `sallyport exchange ca listener`: the CA of the devices' TLS listeners, for the syslog senders that are to trust it.
import type { ListenerCa } from '../wire/api/fleet.ts'
import { openClient } from './client.ts'
import { dataOption } from './options.ts'
import { type OutputFormat, outputOption, print } from './output.ts'
import { type DefineCommand, examples } from './session.ts'
import { suggest } from './suggest.ts'
import { say } from './terminal.ts'

type Options = { readonly data: string; readonly output: OutputFormat }

export const exchangeCaListener: DefineCommand = (command, session) => {
  command
    .addOption(dataOption())
    .addOption(outputOption())
    .addHelpText(
      'after',
      examples([
        ['sallyport exchange ca listener > sallyport-listeners.pem', "for rsyslog's DefaultNetstreamDriverCAFile"],
      ]),
    )
    .action(
      session.runs(async (options: Options) => {
        await using client = await openClient(session, options.data)
        const answer = await client.get<ListenerCa>('listener-ca')
        await print(session.terminal, options.output, { document: answer, table: answer.pem.trimEnd().split('\n') })
        say(session.terminal, 'For syslog senders alone: keep it out of the trust store of a whole machine.')
        await suggest(session, options, ['exchange device ls', 'the devices that listen with it'])
        return 0
      }),
    )
}
