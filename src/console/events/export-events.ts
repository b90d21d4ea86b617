// An export as the browser takes it: pieces of a file, counted as they come.
import { askFile } from '../api/ask.ts'
import type { EventAsk } from '../api/queries.ts'

export type ExportFormat = 'csv' | 'jsonl'

/** @param onRows hears rows so far, and how many events there will be */
export async function exportEvents(
  question: EventAsk,
  format: ExportFormat,
  signal: AbortSignal,
  onRows: (rows: number, total: number) => void,
): Promise<{ readonly content: Blob; readonly name: string; readonly rows: number }> {
  const { headers, pieces } = await askFile('events/export', { ...question, format }, signal)
  const total = Number(headers.get('sallyport-events') ?? 0)
  const name = /filename="([^"]+)"/.exec(headers.get('content-disposition') ?? '')?.[1] ?? `events.${format}`
  const rows = new RowCount(format)
  // Blobs, not strings: the browser keeps them where they do not fill the page's memory.
  const parts: Blob[] = []
  for await (const piece of pieces) {
    parts.push(new Blob([piece]))
    rows.add(piece)
    onRows(rows.count, total)
  }
  return { content: new Blob(parts, { type: headers.get('content-type') ?? '' }), name, rows: rows.count }
}

/** Gives a file to the browser, which puts it where its downloads go. */
export function saveFile(content: Blob, name: string): void {
  const url = URL.createObjectURL(content)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // Behind the click: it has been taken by then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

const lineEnd = 10
const quote = 34

/** A line end inside quotes of CSV ends no row, and its head is none. */
export class RowCount {
  readonly #csv: boolean
  #quoted = false
  #lines = 0

  constructor(format: ExportFormat) {
    this.#csv = format === 'csv'
  }

  get count(): number {
    return Math.max(0, this.#lines - (this.#csv ? 1 : 0))
  }

  add(piece: Uint8Array): void {
    for (const byte of piece) {
      if (byte === lineEnd && !this.#quoted) this.#lines++
      else if (byte === quote && this.#csv) this.#quoted = !this.#quoted
    }
  }
}
