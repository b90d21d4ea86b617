// The codes of name, route, TLS and clock: what keeps a device from its exchange. Part of the catalogue in codes.ts.
import type { CodeEntry } from './code-entry.ts'

export const networkCodes = {
  'dns.failed': {
    cause: 'The name of the exchange does not resolve',
    remedy: 'Check the name and the resolver; allow the names that `sallyport region allow-list` prints.',
  },
  'tcp.refused': {
    cause: 'Nothing listens at that address and port',
    remedy: 'Start the exchange, or correct the port.',
  },
  'tcp.timeout': { cause: 'No answer from that address', remedy: 'Open the way to the exchange in the firewall.' },
  'tcp.unreachable': {
    cause: 'There is no route to that address',
    remedy: 'Check the network of the management interface.',
  },
  'tcp.silent': {
    cause: 'The other side takes the connection and says nothing',
    remedy: 'Look at the load and the log of the exchange; restart it where it hangs.',
  },
  'tls.pin.mismatch': {
    cause: 'The server showed a CA that the token does not name',
    remedy: 'Make a new token on this exchange, or exempt it from TLS inspection.',
  },
  'tls.name.mismatch': {
    cause: 'The host name is not in the certificate of the server',
    remedy: 'Run `sallyport exchange cert add-name HOST` on the exchange.',
  },
  'tls.untrusted': {
    cause: 'The certificate of the server is not signed by the trusted CA',
    remedy: 'Exempt the exchange from TLS inspection, or enrol anew.',
  },
  'tls.expired': {
    cause: 'The certificate of the server has expired',
    remedy: 'Restart the exchange: it renews its certificate.',
  },
  'tls.protocol': {
    cause: 'The other side does not speak TLS 1.2 or later',
    remedy: 'Check that the port is that of an exchange.',
  },
  'proxy.unreachable': {
    cause: 'The proxy does not answer',
    remedy: 'Correct `proxy` in connector.properties, or bring the proxy back.',
  },
  'proxy.credentials': {
    cause: 'The proxy wants a user and password, or refuses those it got',
    remedy: 'Set `proxy=http://USER:PASSWORD@HOST:PORT` in connector.properties.',
  },
  'proxy.refused': {
    cause: 'The proxy does not lead to the exchange',
    remedy: 'Let the proxy pass CONNECT to what `sallyport region allow-list` prints.',
  },
  'http.unexpected': {
    cause: 'Something that is no exchange answered',
    remedy: 'Look for a proxy or a captive portal in between, or another server on that port.',
  },
  'clock.behind': { cause: 'The clock of this machine is behind', remedy: 'Set the clock.' },
  'clock.ahead': { cause: 'The clock of this machine is ahead', remedy: 'Set the clock.' },
} as const satisfies Record<string, CodeEntry>
