// `sallyport ledger`: given = stored + lost + outstanding + withdrawn + expired, for every stream (delivery 1.6).
import type { Ledger, LedgerRow } from '../wire/api/ledger.ts'
import { openClient } from './client.ts'
import type { ExitCode } from './exit-codes.ts'
import { dataOption } from './options.ts'
import { type OutputFormat, outputOption, print } from './output.ts'
import { thousands } from './progress.ts'
import { type DefineCommand, examples, type Session } from './session.ts'
import type { Table } from './table.ts'
import { say, styled } from './terminal.ts'
import { suggest } from './suggest.ts'

type Options = { readonly data: string; readonly output: OutputFormat }

export const ledger: DefineCommand = (command, session) => {
  command
    .addOption(dataOption())
    .addOption(outputOption())
    .addHelpText(
      'after',
      examples([
        ['sallyport ledger', 'what was given, and where all of it is'],
        ['sallyport ledger verify', 'the same, computed again from the stored blocks alone'],
      ]),
    )
    .action(
      session.runs(async (options: Options) => {
        await using client = await openClient(session, options.data)
        const answer = await client.get<Ledger>('ledger')
        const view = { document: answer, rows: answer.rows, table: tableOf(answer.rows) }
        await print(session.terminal, options.output, view)
        return await conclude(session, answer, options)
      }),
    )
}

const terms = ['given', 'stored', 'lost', 'outstanding', 'withdrawn', 'expired'] as const

function tableOf(rows: readonly LedgerRow[]): Table {
  const sum = (term: (typeof terms)[number]) => rows.reduce((total, row) => total + row[term], 0)
  const beforeSpool = rows.flatMap((row) => Object.values(row.beforeSpool))
  return {
    columns: [
      ...['DAY', 'DEVICE', 'SOURCE', 'STREAM'].map((title) => ({ title })),
      ...terms.map((term) => ({ title: term.toUpperCase(), right: true as const })),
      { title: 'LOST BEFORE', right: true },
    ],
    rows:
      rows.length === 0
        ? []
        : [
            ...rows.map((row) => [
              row.day,
              row.device,
              row.source,
              row.stream.slice(0, 8),
              ...terms.map((term) => thousands(row[term])),
              shownLosses(Object.values(row.beforeSpool)),
            ]),
            ['', '', '', 'total', ...terms.map((term) => thousands(sum(term))), shownLosses(beforeSpool)],
          ],
  }
}

/** @returns `1,234`, `1,234+?` where some are of unknown number: what was lost and never given, outside the equation */
function shownLosses(counts: readonly (number | null)[]): string {
  const known = counts.reduce((total: number, count) => total + (count ?? 0), 0)
  return counts.includes(null) ? `${thousands(known)}+?` : thousands(known)
}

async function conclude(session: Session, { rows, holds }: Ledger, options: Options): Promise<ExitCode> {
  const { terminal } = session
  if (rows.length === 0) {
    say(terminal, 'Nothing was given yet.')
    await suggest(session, options, ['token create', 'connects a device'])
  }
  for (const row of rows) {
    const where = `${row.device}/${row.source} ${row.stream.slice(0, 8)}`
    for (const [cause, count] of Object.entries(row.holes))
      say(terminal, `lost: ${where}: ${thousands(count)} (${cause})`)
    for (const [cause, count] of Object.entries(row.beforeSpool))
      say(terminal, `lost before the spool: ${where}: ${count === null ? 'unknown' : thousands(count)} (${cause})`)
    if (row.missingPredecessor !== null)
      say(terminal, `missing: ${where} follows ${row.missingPredecessor.slice(0, 8)}, of which nothing is known`)
  }
  if (!holds) {
    say(terminal, styled('red', 'The ledger does not hold: given is not what its parts add up to.', terminal.stderr))
  }
  if (rows.length > 0) await suggest(session, options, ['ledger verify', 'computes it again from the stored blocks'])
  if (!holds) return 1
  return rows.some((row) => row.lost > 0 || Object.values(row.beforeSpool).some((count) => count !== 0)) ? 3 : 0
}
