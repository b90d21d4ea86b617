// Where a page of events or a tail ended, in a form that callers give back and do not read. That of a page is bound to
// its question, and new events do not move it: they arrive above it. That of a tail is bound to the journal.
import { hash } from 'node:crypto'
import { Fault } from '../../../core/fault.ts'
import type { EventQuestion } from '../../../wire/api/events.ts'
import type { EventPosition } from '../index/event-index.ts'

const version = 1

/** `now` is that of the first page, so that `since:1h` means the same on all pages. */
export type Cursor = { readonly position: EventPosition; readonly now: number }

/** @property declared when the last hole that a tail has told was declared, Unix ms: holes stand in no block */
export type TailCursor = Cursor & { readonly declared: number }

export function encodeCursor(cursor: Cursor, organisation: string, question: EventQuestion): string {
  return encode(cursor, [digest(organisation, question)])
}

/** @throws Fault query.cursor where it is none, or that of another question */
export function decodeCursor(text: string, organisation: string, question: EventQuestion): Cursor {
  return decode(text, digest(organisation, question), 'the cursor does not belong to this question').cursor
}

/** @param journal its identity: in another, or a restored one, the same place holds something else (delivery C3) */
export function encodeTailCursor(cursor: TailCursor, organisation: string, journal: string): string {
  return encode(cursor, [tailDigest(organisation, journal), cursor.declared])
}

/** @throws Fault query.cursor where it is none, or that of another journal */
export function decodeTailCursor(text: string, organisation: string, journal: string): TailCursor {
  const otherwise = 'the cursor is none of a tail of this journal'
  const { cursor, declared } = decode(text, tailDigest(organisation, journal), otherwise)
  // One made before holes were told knows those declared before it began.
  return { ...cursor, declared: Number.isSafeInteger(declared) ? Number(declared) : cursor.now }
}

function encode({ position, now }: Cursor, bound: readonly unknown[]): string {
  const parts = [version, position.day, position.ordinal, position.index, now, ...bound]
  return Buffer.from(JSON.stringify(parts)).toString('base64url')
}

function decode(
  text: string,
  bound: string,
  otherwise: string,
): { readonly cursor: Cursor; readonly declared: unknown } {
  let parts: unknown
  try {
    parts = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
  } catch {
    throw new Fault('query.cursor', { what: 'the cursor is none' })
  }
  const [v, day, ordinal, index, now, digested, declared]: unknown[] = Array.isArray(parts) ? parts : []
  if (
    v !== version ||
    typeof day !== 'string' ||
    !Number.isSafeInteger(ordinal) ||
    !Number.isSafeInteger(index) ||
    !Number.isSafeInteger(now) ||
    digested !== bound
  )
    throw new Fault('query.cursor', { what: otherwise })
  return { cursor: { position: { day, ordinal: Number(ordinal), index: Number(index) }, now: Number(now) }, declared }
}

function digest(organisation: string, question: EventQuestion): string {
  const { q, since, until, arrivedSince, arrivedUntil } = question
  return shortHash([organisation, q, since, until, arrivedSince, arrivedUntil])
}

function tailDigest(organisation: string, journal: string): string {
  return shortHash(['tail', organisation, journal])
}

function shortHash(parts: readonly unknown[]): string {
  return hash('sha256', JSON.stringify(parts), 'hex').slice(0, 16)
}
