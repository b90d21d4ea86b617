// Where a page of events ended, in a form that callers give back and do not read. It is bound to its question, and new
// events do not move it: they arrive above it.
import { hash } from 'node:crypto'
import { Fault } from '../../core/fault.ts'
import type { EventQuestion } from '../../wire/api/events.ts'
import type { EventPosition } from './event-index.ts'

const version = 1

/** `now` is that of the first page, so that `since:1h` means the same on all pages. */
export type Cursor = { readonly position: EventPosition; readonly now: number }

export function encodeCursor(cursor: Cursor, organisation: string, question: EventQuestion): string {
  const { day, ordinal, index } = cursor.position
  const parts = [version, day, ordinal, index, cursor.now, digest(organisation, question)]
  return Buffer.from(JSON.stringify(parts)).toString('base64url')
}

/** @throws Fault query.cursor where it is none, or that of another question */
export function decodeCursor(text: string, organisation: string, question: EventQuestion): Cursor {
  let parts: unknown
  try {
    parts = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
  } catch {
    throw new Fault('query.cursor', { what: 'the cursor is none' })
  }
  const [v, day, ordinal, index, now, digested]: unknown[] = Array.isArray(parts) ? parts : []
  if (
    v !== version ||
    typeof day !== 'string' ||
    !Number.isSafeInteger(ordinal) ||
    !Number.isSafeInteger(index) ||
    !Number.isSafeInteger(now) ||
    digested !== digest(organisation, question)
  )
    throw new Fault('query.cursor', { what: 'the cursor does not belong to this question' })
  return { position: { day, ordinal: Number(ordinal), index: Number(index) }, now: Number(now) }
}

function digest(organisation: string, question: EventQuestion): string {
  const { q, since, until, arrivedSince, arrivedUntil } = question
  const text = JSON.stringify([organisation, q, since, until, arrivedSince, arrivedUntil])
  return hash('sha256', text, 'hex').slice(0, 16)
}
