// The tail and the export of the contract double: lines that stay open, cut when a test says so, and a file in pieces.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import type { EventRecord, TailLine } from '../../src/wire/api/events.ts'

export class StubTail {
  readonly #arrived: EventRecord[] = []
  readonly #open = new Set<ServerResponse>()

  /** Where a tail goes on above what there is now. */
  get cursor(): string {
    return String(this.#arrived.length)
  }

  arrive(event: EventRecord): void {
    this.#arrived.push(event)
    for (const response of this.#open) response.write(this.#line(this.#arrived.length - 1))
  }

  /** Cuts every tail, as a server that dies. */
  cut(): void {
    for (const response of this.#open) response.destroy()
    this.#open.clear()
  }

  follow(from: string, request: IncomingMessage, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'application/x-ndjson; charset=utf-8' })
    response.write(`${JSON.stringify({ kind: 'at', cursor: from, behind: false } satisfies TailLine)}\n`)
    for (let index = Number(from); index < this.#arrived.length; index++) response.write(this.#line(index))
    this.#open.add(response)
    request.once('close', () => this.#open.delete(response))
  }

  #line(index: number): string {
    const event = this.#arrived[index]
    if (event === undefined) return ''
    const [stream = '', sequence = ''] = event.id.split(':')
    const cursor = String(index + 1)
    const line: TailLine = { kind: 'event', cursor, stream, sequence: Number(sequence), ...event }
    return `${JSON.stringify(line)}\n`
  }
}

/** Sends a row each event, slowly enough to be seen and stopped. */
export async function sendExport(events: readonly EventRecord[], format: string, response: ServerResponse) {
  response.writeHead(200, {
    'content-type': format === 'csv' ? 'text/csv' : 'application/x-ndjson',
    'content-disposition': `attachment; filename="events.${format}"`,
    'sallyport-events': String(events.length),
  })
  if (format === 'csv') response.write('kind,raw\r\n')
  for (let from = 0; from < events.length && !response.destroyed; from += 100) {
    const rows = events.slice(from, from + 100)
    response.write(rows.map((event) => (format === 'csv' ? `event,"x"\r\n` : `${JSON.stringify(event)}\n`)).join(''))
    await setTimeout(20)
  }
  response.end()
}
