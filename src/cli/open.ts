// `sallyport open`: one's own sensor output through the whole road, once.
import { resolve } from 'node:path'
import { Option } from 'commander'
import { codes } from '../core/codes.ts'
import type { Address } from '../platform/address.ts'
import type { ExitCode } from './exit-codes.ts'
import { addressOption } from './options.ts'
import { type ServerOptions, serverOptions } from './server-options.ts'
import { type OutputFormat, outputOption, print } from './output.ts'
import type { OpenTotals } from './ports.ts'
import { startProgress, thousands } from './progress.ts'
import { type DefineCommand, examples } from './session.ts'
import { printable, say } from './terminal.ts'
import { sayDeaths, untilCancelled } from './until-cancelled.ts'
import { suggest } from './suggest.ts'
import { quoted } from '../platform/shell-word.ts'

type Options = ServerOptions & {
  readonly data?: string
  readonly local: Address
  readonly once?: true
  readonly output: OutputFormat
}

/** It never meets a running `up`. */
const anyPort = '127.0.0.1:0'

export const open: DefineCommand = (command, session) => {
  for (const option of serverOptions({ console: anyPort, devices: anyPort })) command.addOption(option)
  command
    .argument('<FILE|DIR|->', 'sensor output, also gzipped; - reads standard input')
    .addOption(new Option('--once', 'end when everything is searchable, in place of serving the console'))
    .addOption(
      new Option('--data <DIR>', 'data folder (default: one of its own, gone when this ends)').argParser((text) =>
        resolve(text),
      ),
    )
    .addOption(addressOption('--local <ADDR:PORT>', "the device's local API", anyPort))
    .addOption(outputOption())
    .addHelpText(
      'after',
      examples([
        ['sallyport open eve.json', 'then look at it in the console'],
        ['sallyport open /var/log/zeek --once -o json', 'totals of a folder as one JSON object'],
        ['zcat eve.json.gz | sallyport open -', 'from standard input'],
      ]),
    )
    .action(
      session.runs(async (path: string, options: Options): Promise<ExitCode> => {
        const { terminal, signal } = session
        const progress = startProgress(terminal, 'stored', 'events')
        await using opened = await session.ports
          .open({
            ...options,
            path,
            data: options.data,
            onOwnFolder: (folder) => say(terminal, `data       ${folder}   (of this run alone: gone when it ends)`),
            onDeath: sayDeaths(terminal),
            onProgress: ({ events }) => progress.update(events),
            signal,
          })
          .finally(() => progress[Symbol.dispose]())
        const { totals, site, data } = opened
        await print(terminal, options.output, { document: totals, rows: [totals], table: tableOf(totals) })
        for (const { file, lines, reason } of totals.skipped)
          say(terminal, `skipped ${printable(file)}: ${lines} lines, ${reason}`)
        if (site === undefined) {
          const { cause, remedy } = codes['source.unrecognised']
          say(terminal, `error: ${cause} in ${printable(path)} [source.unrecognised]\nfix:   ${remedy}`)
          return 1
        }
        const lost = Object.entries(totals.lost)
        for (const [cause, count] of lost) say(terminal, `lost: ${count ?? 'an unknown number'} (${cause})`)
        if (options.once) {
          if (options.data !== undefined) await suggest(session, { data, output: options.output }, 'events search')
          else
            await suggest(session, { output: options.output }, [`open ${quoted(path)}`, 'to look at it in the console'])
        } else {
          say(terminal, `sign in    ${await site.link()}`)
          say(terminal, 'open the sign-in link, or in another terminal (Ctrl-C ends):')
          await suggest(session, { data }, 'events top type')
          await untilCancelled(signal)
        }
        return lost.length > 0 ? 3 : 0
      }),
    )
}

function tableOf(totals: OpenTotals): string[] {
  return [
    `events       ${thousands(totals.events)} in ${(totals.durationMs / 1000).toFixed(1)} s`,
    ...Object.entries(totals.byType).map(
      ([type, count]) => `  ${printable(type).padEnd(18)} ${thousands(count).padStart(10)}`,
    ),
    `quarantined  ${thousands(totals.quarantined)}`,
    `ignored      ${thousands(totals.ignored)}`,
  ]
}
