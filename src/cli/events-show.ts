// `sallyport events show`: one event by its identity, and its line byte for byte.
import { Option } from 'commander'
import { formatEventId, parseEventId } from '../core/ids.ts'
import type { EventRecord } from '../wire/api/events.ts'
import { openClient } from './client.ts'
import { dataOption } from './options.ts'
import { type OutputFormat, outputOption, print } from './output.ts'
import { type DefineCommand, examples } from './session.ts'
import { shownTime } from './show.ts'
import { printable, type Terminal, write } from './terminal.ts'
import { suggest } from './suggest.ts'
import { quoted } from '../platform/shell-word.ts'

type Options = { readonly data: string; readonly output: OutputFormat; readonly raw?: boolean }

export const eventsShow: DefineCommand = (command, session) => {
  command
    .argument('<[DEVICE/]STREAM:SEQUENCE>', 'identity of the event, as every answer shows it')
    .addOption(dataOption())
    .addOption(new Option('--raw', 'only the line itself, byte for byte, and a line feed'))
    .addOption(outputOption())
    .addHelpText(
      'after',
      examples([
        ['sallyport events show 0123456789abcdef0123456789abcdef:17', 'what was read in it, and the line'],
        ['sallyport events show sensor-1/0123456789abcdef0123456789abcdef:17 --raw | jq .', 'the line alone'],
      ]),
    )
    .action(
      session.runs(async (text: string, options: Options) => {
        const id = formatEventId(parseEventId(text))
        await using client = await openClient(session, options.data)
        const event = await client.get<EventRecord>(`events/${id}`)
        if (options.raw === true) await writeRaw(session.terminal, event)
        else await print(session.terminal, options.output, { document: event, table: linesOf(event) })
        if (options.raw !== true) await suggest(session, options, nextOf(event))
        return 0
      }),
    )
}

/** What else is known about the first thing it names. */
function nextOf({ body }: EventRecord): string {
  const first = body.kind === 'quarantined' ? undefined : body.observables[0]
  return first === undefined ? 'events search' : `investigate ${quoted(first.value)}`
}

/** The exact bytes; on a terminal what would do something there is made visible. */
async function writeRaw({ stdout }: Terminal, { raw, rawBase64 }: EventRecord): Promise<void> {
  if (stdout.isTTY === true) return write(stdout, `${printable(raw)}\n`)
  const bytes = rawBase64 === undefined ? Buffer.from(raw) : Buffer.from(rawBase64, 'base64')
  await write(stdout, Buffer.concat([bytes, Buffer.from('\n')]))
}

function linesOf(event: EventRecord): string[] {
  const { body } = event
  const pairs: [name: string, value: string][] = [
    ['event', event.id],
    ['device', event.device],
    ['source', `${event.source} (${event.format})`],
    ['time', shownTime(body.at)],
    ['arrived', shownTime(event.arrivedAt)],
  ]
  if (body.kind === 'quarantined') pairs.push(['quarantined', body.reason])
  else {
    pairs.push(['sensor', body.sensor], ['type', body.type], ['severity', body.severity])
    if (body.signature !== undefined) pairs.push(['signature', `${body.signature.id} ${body.signature.name}`])
    const { source, sourcePort, target, targetPort, protocol } = body.flow
    const end = (host?: string, port?: number) => `${host ?? '?'}${port === undefined ? '' : ` port ${port}`}`
    if (source !== undefined || target !== undefined)
      pairs.push(['flow', `${end(source, sourcePort)} -> ${end(target, targetPort)} ${protocol ?? ''}`.trimEnd()])
    for (const { type, value } of body.observables) pairs.push([type, value])
    pairs.push(['summary', body.summary])
  }
  const width = Math.max(...pairs.map(([name]) => name.length))
  const shown = pairs.map(([name, value]) => `${name.padEnd(width)}  ${printable(value)}`)
  return [...shown, '', printable(event.raw)]
}
