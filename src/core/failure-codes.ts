// What a word of Node for a failure of resolver, TCP or TLS means, as one of our codes (original-system A11, 4–6).
import { type Code, isCode } from './codes.ts'

/** @returns the code of an error's `code`; what is of no known kind means that there is no way. */
export function networkCode(errno: string): Code {
  return codeByErrno[errno] ?? (errno.startsWith('ERR_SSL') ? 'tls.protocol' : 'tcp.unreachable')
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

/** @returns the code at the beginning of a refusal's body (`CODE: sentence.`), undefined where another server answered. */
export function refusalCode(body: string): Code | undefined {
  const word =
    /^([a-z]+(?:\.[a-z-]+)+): /.exec(body)?.[1] ?? /^Forbidden[^a-z]*.*?\b([a-z]+(?:\.[a-z-]+)+)\b/s.exec(body)?.[1]
  return word !== undefined && isCode(word) ? word : undefined
}
