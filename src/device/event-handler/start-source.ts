// Which source a configuration means: one line a kind.
import { FileSource } from './files/source-file.ts'
import { SocketSource } from './sockets/source-socket.ts'
import type { ListenerCertificate } from './sockets/listener-certificate.ts'
import type { Source, SourceOptions } from './source.ts'
import type { SourceConfig } from './source-config.ts'
import { syslogListener } from './sockets/source-syslog.ts'
import { unixListener } from './sockets/source-unix.ts'

export type StartOptions = SourceOptions & {
  /** How long a rotated file must be quiet before it is left. */
  readonly quietMs?: number
  /** What TLS listeners show that have no certificate of the operator. */
  readonly listenerCertificate: ListenerCertificate
}

/** Starts to read, or to listen. */
export function startSource(config: SourceConfig, options: StartOptions): Source {
  switch (config.kind) {
    case undefined:
    case 'file':
      return new FileSource({ ...options, config })
    case 'unix':
      return new SocketSource({ ...options, config, listen: unixListener(config) })
    case 'syslog':
      return new SocketSource({ ...options, config, listen: syslogListener(config, options.listenerCertificate) })
    default:
      return config satisfies never
  }
}
