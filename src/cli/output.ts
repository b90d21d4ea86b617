// An answer on stdout as people or programs want it: -o table, json (the document of the API, on one line) or jsonl (a
// row a line). JSON output is an API.
import { Option } from 'commander'
import { renderTable, type Table } from './table.ts'
import { printableJson, styled, type Terminal, write } from './terminal.ts'

export const outputFormats = ['table', 'json', 'jsonl'] as const
export type OutputFormat = (typeof outputFormats)[number]

export type View = {
  /** What `-o json` prints. */
  readonly document: unknown
  /** What `-o jsonl` prints; by default the document alone. */
  readonly rows?: readonly unknown[]
  /** What `-o table` prints: a table, or lines as they are. */
  readonly table: Table | readonly string[]
}

export function outputOption(): Option {
  return new Option('-o, --output <FORMAT>', 'how the answer is printed')
    .choices([...outputFormats])
    .default('table' satisfies OutputFormat)
}

export async function print(terminal: Terminal, format: OutputFormat, view: View): Promise<void> {
  switch (format) {
    case 'json':
      return write(terminal.stdout, `${printableJson(view.document)}\n`)
    case 'jsonl':
      for (const row of view.rows ?? [view.document]) await write(terminal.stdout, `${printableJson(row)}\n`)
      return
    case 'table':
      return printTable(terminal, view.table)
    default:
      return format satisfies never
  }
}

async function printTable(terminal: Terminal, table: View['table']): Promise<void> {
  const { stdout } = terminal
  if (!('columns' in table)) {
    for (const line of table) await write(stdout, `${line}\n`)
    return
  }
  if (table.rows.length === 0) return
  const [head = '', ...lines] = renderTable(table, stdout.isTTY === true ? stdout.columns : undefined)
  await write(stdout, `${styled('bold', head, stdout)}\n`)
  for (const line of lines) await write(stdout, `${line}\n`)
}
