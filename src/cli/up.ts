// `sallyport up`: everything in one process tree on one machine; what `npm start` runs.
import { Option } from 'commander'
import type { Address } from '../platform/address.ts'
import { dataOption, localOption, sourceOption } from './options.ts'
import { sayChosen } from './say-sources.ts'
import { type ServerOptions, serverOptions } from './server-options.ts'
import { type DefineCommand, examples } from './session.ts'
import { printable, say, styled } from './terminal.ts'
import { late, sayDeaths, untilCancelled } from './until-cancelled.ts'
import { suggest } from './suggest.ts'

type Options = ServerOptions & {
  readonly data: string
  readonly local: Address
  readonly demo: boolean
  readonly source: readonly string[]
}

const sensorSpeaksWithinMs = 10_000

export const up: DefineCommand = (command, session) => {
  for (const option of serverOptions()) command.addOption(option)
  command
    .addOption(dataOption())
    .addOption(localOption())
    .addOption(new Option('--no-demo', 'no demonstration site'))
    .addOption(sourceOption('what a sensor of this machine writes, in place of the demonstration', 'none'))
    .addHelpText(
      'after',
      examples([
        ['sallyport up', 'with a demonstration site'],
        ['sallyport up --source /var/log/suricata/eve.json', 'on your own sensor'],
        [
          'sallyport up --data /tmp/second --console 127.0.0.1:0 --devices 127.0.0.1:0 --local 127.0.0.1:0',
          'beside another',
        ],
      ]),
    )
    .action(
      session.runs(async (options: Options) => {
        const { terminal, signal } = session
        const named = options.source.length > 0
        const demo = options.demo && !named
        const chosen = named
          ? await session.ports.device.sources({ named: options.source, below: '/', signal })
          : undefined
        await using site = await session.ports.up({
          ...options,
          sources: chosen === undefined ? [] : sayChosen(terminal, chosen),
          demo,
          onDeath: sayDeaths(terminal),
          signal,
        })
        say(terminal, `data       ${site.data}`)
        say(terminal, `devices    ${site.devices}`)
        say(terminal, `local API  http://${site.local}/v1/contexts/default`)
        say(terminal, `console    ${site.console}`)
        const received = site.firstEvent.then(
          (ms) => {
            if (!signal.aborted) say(terminal, `first event searchable after ${(ms / 1000).toFixed(1)} s`)
          },
          (error: unknown) => {
            if (!signal.aborted) say(terminal, printable(String(error)))
          },
        )
        // A sensor may be silent for hours: the link does not wait for it.
        if (demo) await received
        else if (named && (await Promise.race([received, late(sensorSpeaksWithinMs)])) === 'late')
          say(terminal, 'no event yet; what the sensor writes comes as soon as it does')
        const link = await site.link()
        if (signal.aborted) return 0
        say(terminal, `${styled('bold', 'sign in', terminal.stderr)}    ${link}`)
        const address = site.story?.address
        if (address !== undefined)
          say(terminal, `open the sign-in link and paste ${address} into Investigate, or in another terminal:`)
        else say(terminal, 'open the sign-in link, or in another terminal:')
        await suggest(
          session,
          options,
          address === undefined ? ['token create', 'connects a device'] : `investigate ${address}`,
        )
        await untilCancelled(signal)
        say(terminal, 'stopping')
        return 0
      }),
    )
}
