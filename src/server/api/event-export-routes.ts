// Export: every event and loss that a question shows, in the order shown, as CSV or JSON lines; read page by page at the
// pace of who takes it (issue 9, 7).
import { Type } from 'typebox'
import { Fault } from '../../core/fault.ts'
import { parseEventId } from '../../core/ids.ts'
import { isLoss, type PageRow, rowsOfPage } from '../../wire/api/event-rows.ts'
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
    const lines = rowsOfPage(page)
      .map(lineOf)
      .map((line) => (csv ? csvRow(line) : `${JSON.stringify(line)}\n`))
    if (lines.length > 0) yield lines.join('')
  }
}

function lineOf(row: PageRow): EventLine {
  if (isLoss(row)) return row
  const { stream, sequence } = parseEventId(row.id)
  return { kind: 'event', stream, sequence, ...row }
}
