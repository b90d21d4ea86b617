// `sallyport pmtool`: the processes of this device as the original's pmtool shows and commands them (original-system B10).
import { InvalidArgumentError } from 'commander'
import { Fault } from '../core/fault.ts'
import type { ServicesQuestion } from '../wire/services/messages.ts'
import { dataOption } from './options.ts'
import { type OutputFormat, outputOption, print } from './output.ts'
import { headOf, statusLines } from './pmtool-status.ts'
import { type DefineCommand, examples } from './session.ts'
import { askSupervisor } from './supervisor.ts'
import { suggest } from './suggest.ts'

type Options = { readonly data: string; readonly output: OutputFormat }

const verbs = { status: 'status', enablebyid: 'enable', disablebyid: 'disable', restartbyid: 'restart' } as const
type Verb = keyof typeof verbs

export const pmtool: DefineCommand = (command, session) => {
  command
    .argument('<VERB>', 'status, enablebyid, disablebyid or restartbyid; in any case', readVerb)
    .argument('[ID]', 'EventHandler, SSEConnector, or Exchange under `up`')
    .addOption(dataOption())
    .addOption(outputOption())
    .addHelpText(
      'after',
      examples([
        ['sallyport pmtool status', 'every process: running, disabled, waiting to be started again'],
        ['sallyport pmtool disablebyid SSEConnector', 'ends it in order; it stays so over a restart of everything'],
        ['sallyport pmtool enablebyid SSEConnector', 'starts it, with a new pid'],
      ]),
    )
    .action(
      session.runs(async (verb: Verb, id: string | undefined, options: Options) => {
        const { terminal, signal } = session
        const services = await askSupervisor(options.data, questionOf(verb, id), signal)
        if (verb === 'status') {
          await print(terminal, options.output, {
            document: { v: 1, services },
            rows: services,
            table: statusLines(services),
          })
          return 0
        }
        const changed = services.filter((service) => service.id === id)
        await print(terminal, options.output, { document: changed[0], table: changed.map(headOf) })
        await suggest(
          session,
          options,
          verb === 'disablebyid' ? `pmtool enablebyid ${changed[0]?.id ?? ''}` : 'pmtool status',
        )
        return 0
      }),
    )
}

function readVerb(text: string): Verb {
  const word = text.toLowerCase()
  if (Object.hasOwn(verbs, word)) return word as Verb
  throw new InvalidArgumentError(`Give one of: ${Object.keys(verbs).join(', ')}.`)
}

function questionOf(verb: Verb, id: string | undefined): ServicesQuestion {
  const ask = verbs[verb]
  if (ask === 'status') return { v: 1, ask }
  if (id === undefined)
    throw new Fault('input.malformed', {
      what: `${verb} needs a service`,
      remedy: 'Name one of `sallyport pmtool status`.',
    })
  return { v: 1, ask, id }
}
