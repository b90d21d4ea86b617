// How the devices' listener answers: names in canonical case, Content-Length, head and body in one write, for some
// EST clients read the head in one piece (security 1.2, fact 4).
import type { ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Code } from '../../core/codes.ts'
import type { Fault } from '../../core/fault.ts'

export type Answer = {
  readonly status: number
  readonly type: string
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
}

const plain = 'text/plain; charset=utf-8'
/** RFC 8951 wants text for people; libest keeps little of it. */
const errorBytesMax = 400

/** Writes the answer; the connection is kept unless it says `Connection: close`. */
export function send(response: ServerResponse, answer: Answer): void {
  response.writeHead(answer.status, headersOf(answer))
  response.end(answer.body)
}

/** Writes the answer on a socket whose request asked for an upgrade, and ends it. */
export function sendRaw(socket: Duplex, answer: Answer): void {
  const headers = Object.entries({ ...headersOf(answer), Connection: 'close' }).map(
    ([name, value]) => `${name}: ${value}`,
  )
  socket.end(
    `HTTP/1.1 ${answer.status} ${reasons[answer.status] ?? 'Error'}\r\n${headers.join('\r\n')}\r\n\r\n${answer.body}`,
  )
}

/** @returns `CODE: sentence. Remedy.` with the status of the code. */
export function faultAnswer(fault: Fault, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status: statusOf(fault.code), type: plain, body: `${line(fault)}\n`, headers }
}

/** As the original's routes refuse: first word `Forbidden`, then what is missing (original-system A8). */
export function forbiddenAnswer(fault: Fault): Answer {
  return { status: 403, type: plain, body: `Forbidden\n${line(fault)}\n`, headers: { 'Cache-Control': 'no-store' } }
}

export function jsonAnswer(value: unknown): Answer {
  const headers = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' }
  return { status: 200, type: 'application/json; charset=utf-8', body: `${JSON.stringify(value)}\n`, headers }
}

/** HTTP status of each code this listener raises (security 4). */
export function statusOf(code: Code): number {
  return statuses[code] ?? (/^(identity|enrolment\.token)\./.test(code) ? 403 : 500)
}

const statuses: Partial<Record<Code, number>> = {
  'input.malformed': 400,
  'enrolment.csr.malformed': 400,
  'enrolment.csr.signature': 400,
  'enrolment.key.weak': 400,
  'enrolment.pop.mismatch': 400,
  'enrolment.pop.missing': 400,
  'enrolment.credentials.missing': 401,
  'enrolment.token.unknown': 401,
  'enrolment.token.wrong': 401,
  'identity.missing': 401,
  'enrolment.organisation.mismatch': 403,
  'enrolment.key.banned': 403,
  'listener.name.refused': 403,
  'listener.name.taken': 409,
  'device.unknown': 403,
  'enrolment.route.unknown': 404,
  'enrolment.organisation.unknown': 404,
  'route.unknown': 404,
  'enrolment.request.method': 405,
  'enrolment.key.reused': 409,
  'enrolment.request.large': 413,
  'enrolment.request.type': 415,
  'enrolment.rate': 429,
  'enrolment.ca.unavailable': 503,
  'disk.full': 503,
}

const reasons: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  503: 'Service Unavailable',
}

function headersOf(answer: Answer): Record<string, string> {
  const length = { 'Content-Length': String(Buffer.byteLength(answer.body)) }
  return answer.status === 204 ? { ...answer.headers } : { 'Content-Type': answer.type, ...length, ...answer.headers }
}

function line(fault: Fault): string {
  // One line of printable ASCII: it lands in terminals and logs of others.
  return fault.message.replace(/[^\x20-\x7e]/g, '?').slice(0, errorBytesMax - 12)
}
