// TLS on a listener whose clients may show a certificate of their own, and listening on a port.
import { constants } from 'node:crypto'
import type { Server } from 'node:net'
import type { TlsOptions } from 'node:tls'
import type { Address } from './address.ts'

export type TlsCredentials = { readonly cert: string; readonly key: string }

/**
 * TLS 1.2 and later, forward secrecy only, no renegotiation, no resumption: a resumed session would stay good after
 * its certificate ended. A client certificate is asked for and never judged here.
 * @param clientAnchors PEM of the CAs whose names are sent to clients as hint
 * @param handshakeMs how long a handshake may take; Node's default of 120 s would let half-open ones pile up
 */
export function optionalClientTls(
  credentials: TlsCredentials,
  clientAnchors: readonly string[],
  handshakeMs: number,
): TlsOptions {
  return {
    ...credentials,
    ca: [...clientAnchors],
    requestCert: true,
    rejectUnauthorized: false,
    minVersion: 'TLSv1.2',
    ciphers: [
      'TLS_AES_128_GCM_SHA256',
      'TLS_AES_256_GCM_SHA384',
      'TLS_CHACHA20_POLY1305_SHA256',
      'ECDHE-ECDSA-AES128-GCM-SHA256',
      'ECDHE-ECDSA-AES256-GCM-SHA384',
      'ECDHE-ECDSA-CHACHA20-POLY1305',
    ].join(':'),
    secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
    ALPNProtocols: ['http/1.1'],
    handshakeTimeout: handshakeMs,
  }
}

/** Resolves with the address once the server listens (port 0 = any free one); rejects with Node's error, `EADDRINUSE`. */
export async function listen(server: Server, address: Address): Promise<Address> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: address.host, port: address.port }, () => {
      server.off('error', reject)
      resolve()
    })
  })
  const bound = server.address()
  return typeof bound === 'object' && bound !== null ? { host: bound.address, port: bound.port } : address
}
