// What an error of resolver, TCP or TLS means, as one of our codes (original-system A11, 4–6; security 4).
import { type Code, isCode } from '../../core/codes.ts'
import { Fault } from '../../core/fault.ts'

/**
 * @param error what Node threw
 * @param where the other side, `HOST:PORT` or `HOST (ADDRESS:PORT)`
 */
export function networkFault(error: unknown, where: string): Fault {
  if (error instanceof Fault) return error
  const errno = errorCode(error)
  const code = codeByErrno[errno] ?? (errno.startsWith('ERR_SSL') ? 'tls.protocol' : 'tcp.unreachable')
  return new Fault(code, { what: `${where}: ${sentence(code, error)}`, cause: error })
}

/** @returns the code at the beginning of a refusal's body (`CODE: sentence.`), undefined where another server answered. */
export function refusalCode(body: string): Code | undefined {
  const word =
    /^([a-z]+(?:\.[a-z-]+)+): /.exec(body)?.[1] ?? /^Forbidden[^a-z]*.*?\b([a-z]+(?:\.[a-z-]+)+)\b/s.exec(body)?.[1]
  return word !== undefined && isCode(word) ? word : undefined
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

const codeByErrno: Readonly<Record<string, Code>> = {
  ENOTFOUND: 'dns.failed',
  EAI_AGAIN: 'dns.failed',
  EAI_FAIL: 'dns.failed',
  EAI_NODATA: 'dns.failed',
  ECONNREFUSED: 'tcp.refused',
  ETIMEDOUT: 'tcp.timeout',
  EHOSTUNREACH: 'tcp.unreachable',
  ENETUNREACH: 'tcp.unreachable',
  ENETDOWN: 'tcp.unreachable',
  EADDRNOTAVAIL: 'tcp.unreachable',
  EACCES: 'tcp.unreachable',
  EPERM: 'tcp.unreachable',
  // Cut during the handshake: what is in between, or on that port, speaks no TLS of ours.
  ECONNRESET: 'tls.protocol',
  EPIPE: 'tls.protocol',
  EPROTO: 'tls.protocol',
  ERR_TLS_CERT_ALTNAME_INVALID: 'tls.name.mismatch',
  CERT_HAS_EXPIRED: 'tls.expired',
  CERT_NOT_YET_VALID: 'clock.behind',
  SELF_SIGNED_CERT_IN_CHAIN: 'tls.untrusted',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'tls.untrusted',
  UNABLE_TO_GET_ISSUER_CERT: 'tls.untrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'tls.untrusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'tls.untrusted',
  CERT_SIGNATURE_FAILURE: 'tls.untrusted',
  CERT_UNTRUSTED: 'tls.untrusted',
  INVALID_CA: 'tls.untrusted',
  INVALID_PURPOSE: 'tls.untrusted',
}

function sentence(code: Code, error: unknown): string {
  if (code === 'tls.name.mismatch' && error instanceof Error && 'cert' in error) {
    const offered = (error.cert as { subjectaltname?: string } | undefined)?.subjectaltname
    return `the certificate names ${offered ?? 'nobody'}`
  }
  return error instanceof Error ? error.message : String(error)
}
