// The one outer rendering of every error: RFC 9457 with our code and its remedy. What is no Fault reaches nobody but
// the log: it becomes `internal`, without its text (style 2.18).
import { type Code, codes, isCode } from '../../core/codes.ts'
import { Fault } from '../../core/fault.ts'
import type { Problem } from '../../wire/api/fleet.ts'

/** Codes whose status is not told by their layer. */
const statuses: Partial<Record<Code, number>> = {
  'session.missing': 401,
  'session.link': 401,
  'local.host': 403,
  'local.origin': 403,
  'input.malformed': 400,
  'input.large': 413,
  'input.type': 415,
  'query.malformed': 400,
  'query.cursor': 400,
  'enrolment.token.name': 409,
  'module.settings': 400,
  'module.name': 409,
  'module.builtin': 409,
  'disk.full': 503,
  'journal.unavailable': 503,
  'investigation.busy': 503,
  'tail.busy': 503,
  'enrolment.ca.unavailable': 503,
  'console.missing': 404,
}

/** What fastify itself refuses, in our words. */
const fromFramework = new Map<string, Code>([
  ['FST_ERR_CTP_BODY_TOO_LARGE', 'input.large'],
  ['FST_ERR_CTP_INVALID_MEDIA_TYPE', 'input.type'],
  ['FST_ERR_CTP_EMPTY_TYPE', 'input.type'],
])

/** @returns the Fault that says what happened, and whether it is one nobody foresaw (log it, with the error) */
export function toFault(error: unknown): { readonly fault: Fault; readonly unforeseen: boolean } {
  if (error instanceof Fault) return { fault: error, unforeseen: false }
  const { code, statusCode } = frameworkError(error)
  // The files of the console refuse paths that are not written as they are.
  const known = statusCode === 403 ? 'route.unknown' : fromFramework.get(code)
  if (known !== undefined) return { fault: new Fault(known, { what: codes[known].cause }), unforeseen: false }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return {
      fault: new Fault('input.malformed', { what: 'The request cannot be read', remedy: 'Send valid JSON.' }),
      unforeseen: false,
    }
  }
  return { fault: new Fault('internal', { what: codes.internal.cause }), unforeseen: true }
}

/** @returns the answer's body; its `status` is the HTTP status. `type` is the same for ever for one code. */
export function faultToProblem(fault: Fault): Problem {
  return {
    type: `urn:sallyport:code:${fault.code}`,
    title: codes[fault.code].cause,
    status: statusOf(fault.code),
    code: fault.code,
    detail: fault.what,
    remedy: fault.remedy,
  }
}

function statusOf(code: Code): number {
  return statuses[code] ?? (code.endsWith('.unknown') ? 404 : 500)
}

function frameworkError(error: unknown): { readonly code: string; readonly statusCode: number | undefined } {
  if (!(error instanceof Error)) return { code: '', statusCode: undefined }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  const statusCode = 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : undefined
  return { code: isCode(code) ? '' : code, statusCode }
}
