// Export: every event and loss that a question shows, in the order shown, as CSV or JSON lines; read page by page at the
// pace of who takes it (issue 9, 7).
import { Type } from 'typebox'
import { Fault } from '../../core/fault.ts'
import { parseEventId } from '../../core/ids.ts'
import type { EventLine, EventPage } from '../../wire/api/events.ts'
import { defineRoute, type Route } from './define-route.ts'
import { oneOf } from './described.ts'
import { csvHead, csvRow } from './event-csv.ts'
import { question, questionOf } from './event-question.ts'
import { exportLine } from './event-schemas.ts'

const eventsPerPage = 500

const exported = defineRoute({
  method: 'GET',
  path: '/api/v1/events/export',
  access: 'owner',
  summary: 'Every event of a question, newest arrival first, as a file',
  query: Type.Object({ ...question, format: oneOf(['csv', 'jsonl']) }, { additionalProperties: false }),
  answers: {
    200: {
      description: 'A row each event and loss; the header sallyport-events says how many events there will be',
      schema: exportLine,
      type: 'application/x-ndjson',
    },
  },
  async handle({ ports, principal, query, clock, sessions, signal }) {
    const { organisation } = principal
    const now = clock.now()
    const asked = questionOf(query, now)
    const csv = query.format === 'csv'
    const { count } = await ports.events.count(organisation, asked)
    const pages = async function* (): AsyncGenerator<EventPage> {
      let cursor: string | null | undefined
      while (cursor !== null) {
        // An answer that ends early must not look whole: it is cut off, not closed.
        signal.throwIfAborted()
        if (principal.via === 'session' && !sessions.lives(principal.token))
          throw new Fault('session.missing', { what: 'The session ended during the export' })
        const page: EventPage = await ports.events.search(organisation, {
          ...asked,
          limit: eventsPerPage,
          ...(cursor !== undefined && { cursor }),
        })
        yield page
        cursor = page.next
      }
    }
    const name = `sallyport-events-${new Date(now).toISOString().slice(0, 19).replaceAll(':', '')}Z.${query.format}`
    return {
      status: 200,
      headers: {
        'content-type': csv ? 'text/csv; charset=utf-8; header=present' : 'application/x-ndjson; charset=utf-8',
        'content-disposition': `attachment; filename="${name}"`,
        'sallyport-events': String(count),
      },
      stream: rows(pages(), csv),
    }
  },
})

export const eventExportRoutes: readonly Route[] = [exported]

async function* rows(pages: AsyncGenerator<EventPage>, csv: boolean): AsyncGenerator<string> {
  if (csv) yield csvHead
  for await (const page of pages) {
    const lines = linesOf(page).map((line) => (csv ? csvRow(line) : `${JSON.stringify(line)}\n`))
    if (lines.length > 0) yield lines.join('')
  }
}

/** The rows of a page in the order in which they are shown. */
function linesOf({ events, losses }: EventPage): EventLine[] {
  const lines: EventLine[] = []
  const above = (place: number) => {
    for (const { above: at, loss } of losses) if (at === place) lines.push({ kind: 'loss', ...loss })
  }
  for (const [index, event] of events.entries()) {
    above(index)
    const { stream, sequence } = parseEventId(event.id)
    lines.push({ kind: 'event', stream, sequence, ...event })
  }
  above(events.length)
  return lines
}
