// The live tail: JSON lines in order of arrival over one answer that does not end, resumed by the cursor of any line
// (console-and-cli 4). Not server-sent events: the command line writes the same lines into files.
import { Type } from 'typebox'
import { Fault } from '../../core/fault.ts'
import type { TailLine } from '../../wire/api/events.ts'
import { defineRoute, type Route } from './define-route.ts'
import { tailLine } from './event-schemas.ts'
import { question, questionOf } from './event-question.ts'

/** Each holds a step of lines while its reader does not read: tens of MB where lines are long. */
const tailsMax = 32
/** Tails under way, of each server of this process. */
const tails = new WeakMap<object, number>()

const tail = defineRoute({
  method: 'GET',
  path: '/api/v1/events/tail',
  access: 'owner',
  summary: 'Events as they arrive, from a cursor, as JSON lines without an end',
  query: Type.Object(
    {
      ...question,
      from: Type.Optional(
        Type.String({ maxLength: 1_024, default: 'now', description: '`start`, `now`, or the cursor of a line' }),
      ),
    },
    { additionalProperties: false },
  ),
  answers: {
    200: {
      description: 'A line each event; at least one line every 15 s',
      schema: tailLine,
      type: 'application/x-ndjson',
    },
  },
  async handle({ ports, principal, query, clock, sessions, signal }) {
    const asked = questionOf(query, clock.now())
    const ended = takeTail(ports.events)
    // Also where the reader is gone before its first line is asked for, or the question is refused.
    signal.addEventListener('abort', ended, { once: true })
    const from = query.from ?? 'now'
    const steps = ports.events.tail(principal.organisation, asked, { from, signal })[Symbol.asyncIterator]()
    // A question that cannot be answered is refused as every other; only then the answer begins.
    const first = await steps.next().catch((error: unknown) => {
      ended()
      throw error
    })
    // Signing out ends what a session reads (console-and-cli 4).
    const mayRead = () => principal.via === 'key' || sessions.lives(principal.token)
    return {
      status: 200,
      headers: { 'content-type': 'application/x-ndjson; charset=utf-8', 'x-accel-buffering': 'no' },
      stream: lines(first, steps, mayRead, ended),
    }
  },
})

export const eventTailRoutes: readonly Route[] = [tail]

/** @returns what gives the place back. @throws Fault tail.busy */
function takeTail(server: object): () => void {
  const underWay = tails.get(server) ?? 0
  if (underWay >= tailsMax) throw new Fault('tail.busy', { what: `${tailsMax} readers follow the events already` })
  tails.set(server, underWay + 1)
  let isHeld = true
  return () => {
    if (isHeld) tails.set(server, (tails.get(server) ?? 1) - 1)
    isHeld = false
  }
}

async function* lines(
  first: IteratorResult<readonly TailLine[]>,
  steps: AsyncIterator<readonly TailLine[]>,
  mayRead: () => boolean,
  ended: () => void,
): AsyncGenerator<string> {
  try {
    for (let step = first; step.done !== true && mayRead(); step = await steps.next())
      yield step.value.map((line) => `${JSON.stringify(line)}\n`).join('')
  } finally {
    ended()
    await steps.return?.()
  }
}
