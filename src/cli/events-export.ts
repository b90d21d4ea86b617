// `sallyport events export`: every event and loss of a question into a file, whole or not at all.
import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { Option } from 'commander'
import { Fault } from '../core/fault.ts'
import { openClient } from './client.ts'
import { type Asked, questionOf } from './events-search.ts'
import { dataOption, sinceOptions } from './options.ts'
import { startProgress, thousands } from './progress.ts'
import { type DefineCommand, examples, type Session } from './session.ts'
import { suggest } from './suggest.ts'
import { printable, say, write } from './terminal.ts'

type Options = Asked & { readonly data: string; readonly format: 'csv' | 'jsonl'; readonly out: string }

export const eventsExport: DefineCommand = (command, session) => {
  command
    .argument('[QUERY...]', 'what to export (docs/query.md); nothing = everything')
    .addOption(dataOption())
    .addOption(new Option('--format <FORMAT>', 'for spreadsheets, or exact').choices(['csv', 'jsonl']).default('jsonl'))
    .addOption(new Option('--out <FILE>', 'where to; - is standard output').makeOptionMandatory())
    .addHelpText(
      'after',
      examples([
        ["sallyport events export 'type:alert' --since 7d --format csv --out alerts.csv", 'for a spreadsheet'],
        ['sallyport events export --out events.jsonl', 'everything, newest first; losses are rows too'],
      ]),
    )
    .action(session.runs((words: string[], options: Options) => run(session, words.join(' '), options)))
  for (const option of sinceOptions()) command.addOption(option)
}

async function run(session: Session, q: string, options: Options): Promise<0> {
  const { terminal, signal } = session
  await using client = await openClient(session, options.data)
  const { header, pieces } = await client.stream('events/export', { ...questionOf(q, options), format: options.format })
  const total = Number(header('sallyport-events') ?? 0)
  const rows = new RowCounter(options.format)
  using progress = startProgress(terminal, 'Exporting', 'events')
  const counted = async function* () {
    for await (const piece of pieces) {
      rows.add(piece)
      progress.update(Math.min(rows.count, total), total)
      yield piece
    }
  }
  if (options.out === '-') for await (const piece of counted()) await write(terminal.stdout, Buffer.from(piece))
  else await intoFile(counted(), options.out, signal)
  if (options.out === '-') return 0
  say(terminal, `${thousands(rows.count)} rows in ${printable(options.out)}`)
  await suggest(session, options, ['ledger verify', 'whether anything is missing'])
  return 0
}

/** A file that is there is a whole one: it gets its name at the end. */
async function intoFile(pieces: AsyncIterable<Uint8Array>, path: string, signal: AbortSignal): Promise<void> {
  const partial = `${path}.part`
  try {
    await pipeline(pieces, createWriteStream(partial, { mode: 0o600 }), { signal })
    await rename(partial, path)
  } catch (cause) {
    await rm(partial, { force: true })
    if (signal.aborted || cause instanceof Fault || !(cause instanceof Error)) throw cause
    const what = `${path} cannot be written: ${cause.message}`
    throw new Fault('output.unwritable', { what, cause })
  }
}

/** Counts rows of a file as its bytes pass: a line end inside quotes of CSV ends none. */
class RowCounter {
  readonly #quotes: boolean
  #quoted = false
  /** The head of CSV is no row. */
  #count: number

  constructor(format: Options['format']) {
    this.#quotes = format === 'csv'
    this.#count = this.#quotes ? -1 : 0
  }

  get count(): number {
    return Math.max(0, this.#count)
  }

  add(piece: Uint8Array): void {
    for (const byte of piece) {
      if (byte === 10 && !this.#quoted) this.#count++
      else if (byte === 34 && this.#quotes) this.#quoted = !this.#quoted
    }
  }
}
