// What the command line ends with; documented in docs/reference/cli.md and in every --help (issue 8.9).
import type { Code } from '../core/codes.ts'
import { Fault } from '../core/fault.ts'

export type ExitCode = 0 | 1 | 2 | 3 | 4 | 5 | 130

export const exitCodes: readonly { readonly code: ExitCode; readonly meaning: string }[] = [
  { code: 0, meaning: 'done; also when lines were quarantined, and when nothing was found' },
  { code: 1, meaning: 'it failed, or what was checked does not hold' },
  { code: 2, meaning: 'wrong usage: an unknown option, a query or a value that cannot be read' },
  { code: 3, meaning: 'partly done, or something was lost' },
  { code: 4, meaning: 'not authorised' },
  { code: 5, meaning: 'the server or the device does not answer' },
  { code: 130, meaning: 'cancelled with Ctrl-C' },
]

const usage = new Set<Code>(['input.malformed', 'query.malformed', 'query.cursor'])
const unauthorised = new Set<Code>(['session.missing', 'session.link', 'local.host', 'local.origin'])
const unreachable = new Set<Code>(['server.unreachable', 'service.unsupervised', 'dns.failed'])

/** @returns what a command that failed with this error ends with */
export function exitCodeOf(error: unknown): ExitCode {
  if (!(error instanceof Fault)) return 1
  const { code } = error
  if (usage.has(code)) return 2
  if (unauthorised.has(code) || code.startsWith('identity.') || code.startsWith('enrolment.token.')) return 4
  if (unreachable.has(code) || code.startsWith('tcp.')) return 5
  return 1
}
