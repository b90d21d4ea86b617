// What an error of resolver, TCP or TLS means, as one of our codes (original-system A11, 4–6; security 4).
import type { Code } from '../../core/codes.ts'
import { Fault } from '../../core/fault.ts'
import { networkCode } from '../../core/failure-codes.ts'

/**
 * @param error what Node threw
 * @param where the other side, `HOST:PORT` or `HOST (ADDRESS:PORT)`
 */
export function networkFault(error: unknown, where: string): Fault {
  if (error instanceof Fault) return error
  const code = networkCode(errorCode(error))
  return new Fault(code, { what: `${where}: ${sentence(code, error)}`, cause: error })
}

/** @returns Node's own word for the error, '' where it has none. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

/** @returns the words that connector.log has for it: those of the original where it had any (original-system B11). */
export function dialWords(error: unknown): string {
  switch (errorCode(error)) {
    case 'ETIMEDOUT':
      return 'connect: connection timed out'
    case 'ECONNREFUSED':
      return 'connect: connection refused'
    case 'EHOSTUNREACH':
      return 'connect: no route to host'
    case 'ENETUNREACH':
      return 'connect: network is unreachable'
    default:
      return `connect: ${error instanceof Error ? error.message : String(error)}`
  }
}

function sentence(code: Code, error: unknown): string {
  if (code === 'tls.name.mismatch' && error instanceof Error && 'cert' in error) {
    const offered = (error.cert as { subjectaltname?: string } | undefined)?.subjectaltname
    return `the certificate names ${offered ?? 'nobody'}`
  }
  return error instanceof Error ? error.message : String(error)
}
