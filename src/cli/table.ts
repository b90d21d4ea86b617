// A plain table without borders: columns as wide as they need to be, the last cut to the terminal (console-and-cli 10).
import stringWidth from 'string-width'
import { printable } from './terminal.ts'

export type Column = { readonly title: string; readonly right?: true }

export type Table = { readonly columns: readonly Column[]; readonly rows: readonly (readonly string[])[] }

const gap = '  '

/**
 * @param width columns of the terminal; undefined = no terminal, nothing is cut
 * @returns the lines, head first; cells are made printable here
 */
export function renderTable({ columns, rows }: Table, width: number | undefined): string[] {
  const cells = rows.map((row) => columns.map((_, index) => printable(row[index] ?? '')))
  const widths = columns.map(({ title }, index) =>
    Math.max(stringWidth(title), ...cells.map((row) => stringWidth(row[index] ?? ''))),
  )
  const line = (row: readonly string[]) =>
    cut(
      row
        .map((cell, index) => padded(cell, index))
        .join(gap)
        .trimEnd(),
      width,
    )
  const padded = (cell: string, index: number) => {
    const blank = ' '.repeat(Math.max(0, (widths[index] ?? 0) - stringWidth(cell)))
    return columns[index]?.right === true ? blank + cell : cell + blank
  }
  return [line(columns.map(({ title }) => title)), ...cells.map(line)]
}

/** @returns the text in at most `width` columns, with … where something is missing */
export function cut(text: string, width: number | undefined): string {
  if (width === undefined || stringWidth(text) <= width) return text
  let kept = ''
  let used = 0
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    used += stringWidth(segment)
    if (used > width - 1) break
    kept += segment
  }
  return `${kept}…`
}
