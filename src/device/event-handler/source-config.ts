// The sources of EventHandler's configuration: a file, a unix socket that a sensor connects to, or a syslog listener
// (delivery 1.1). A source without a kind is a file.
import { isIP } from 'node:net'
import { Type, type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { listenerNamesMax } from '../../wire/registration/listener-enrol.ts'
import { formatAddress } from '../../platform/address.ts'

const closed = { additionalProperties: false }
/** sun_path holds 108 bytes with its end. */
const socketPathBytesMax = 107

const statelessFormats = [
  Type.Literal('auto'),
  Type.Literal('suricata/eve'),
  Type.Literal('zeek/json'),
  Type.Literal('snort/alert_json'),
  Type.Literal('snort/alert_fast'),
  Type.Literal('cisco/syslog'),
] as const

const common = {
  /** Unique; the ledger and every event name it. */
  name: Type.String({ minLength: 1, maxLength: 255 }),
  /** Larger goes first; 0 where none is given. */
  priority: Type.Optional(Type.Integer({ minimum: -100, maximum: 100 })),
  /** Zone of times without offset, minutes east of UTC; the device's own where none is given. */
  zone: Type.Optional(Type.Integer({ minimum: -1080, maximum: 1080 })),
}

const fileSchema = Type.Object(
  {
    ...common,
    kind: Type.Optional(Type.Literal('file')),
    /** The file the sensor writes, also gzipped; its rotated generations are found by its name. */
    path: Type.String({ minLength: 1 }),
    format: Type.Union([...statelessFormats, Type.Literal('zeek/tsv')]),
    /** Read once to its end, then the source is finished. */
    once: Type.Optional(Type.Boolean()),
  },
  closed,
)

/** Headers in force belong to one file: a socket, where several sensors may write, takes formats without any. */
const socketFormat = Type.Union([...statelessFormats])

const unixSchema = Type.Object(
  {
    ...common,
    kind: Type.Literal('unix'),
    /** Absolute; the socket is made here (0660), for the sensor to connect to. */
    path: Type.String({ pattern: '^/' }),
    format: socketFormat,
    /** Id of the group whose members may connect beside this user. */
    group: Type.Optional(Type.Integer({ minimum: 0 })),
  },
  closed,
)

const listener = {
  ...common,
  kind: Type.Literal('syslog'),
  format: socketFormat,
  /** IP address to listen on: beyond loopback only where one is written here. */
  address: Type.String({ minLength: 2 }),
  /** 0 = any free one; Status shows which. */
  port: Type.Integer({ minimum: 0, maximum: 65_535 }),
}

const udpSchema = Type.Object(
  {
    ...listener,
    transport: Type.Literal('udp'),
    /** Asked of the kernel, which grants at most net.core.rmem_max; 8 MiB where none is given. */
    receiveBufferBytes: Type.Optional(Type.Integer({ minimum: 1_024, maximum: 1024 * 1024 * 1024 })),
  },
  closed,
)

const tcpSchema = Type.Object({ ...listener, transport: Type.Literal('tcp') }, closed)

const tls = {
  ...listener,
  transport: Type.Literal('tls'),
  /** PEM file of the CAs of which senders must show a certificate; none is asked for where it is absent. */
  clientCa: Type.Optional(Type.String({ minLength: 1 })),
}

const ownTlsSchema = Type.Object(
  {
    ...tls,
    /** PEM files of the operator: the certificate with its chain, and its key. */
    certificate: Type.String({ minLength: 1 }),
    key: Type.String({ minLength: 1 }),
  },
  closed,
)

/** The exchange issues the certificate. */
const issuedTlsSchema = Type.Object(
  {
    ...tls,
    /** Names and addresses by which senders come; this machine's own where none is given. */
    hosts: Type.Optional(
      Type.Array(Type.String({ pattern: '^[A-Za-z0-9._:-]+$', maxLength: 253 }), {
        minItems: 1,
        maxItems: listenerNamesMax,
      }),
    ),
  },
  closed,
)

export const sourceSchema = Type.Union([fileSchema, unixSchema, udpSchema, tcpSchema, ownTlsSchema, issuedTlsSchema])

export type FileSourceConfig = Static<typeof fileSchema>
export type UnixSourceConfig = Static<typeof unixSchema>
export type UdpSourceConfig = Static<typeof udpSchema>
export type IssuedTlsSourceConfig = Static<typeof issuedTlsSchema>
export type TlsSourceConfig = Static<typeof ownTlsSchema> | IssuedTlsSourceConfig
export type StreamSourceConfig = UnixSourceConfig | Static<typeof tcpSchema> | TlsSourceConfig
export type SocketSourceConfig = StreamSourceConfig | UdpSourceConfig
export type SourceConfig = FileSourceConfig | SocketSourceConfig

const check = Compile(sourceSchema)
const checks = {
  file: Compile(fileSchema),
  unix: Compile(unixSchema),
  udp: Compile(udpSchema),
  tcp: Compile(tcpSchema),
  ownTls: Compile(ownTlsSchema),
  issuedTls: Compile(issuedTlsSchema),
}

/** @returns a parsed value as a source; else what of it does not fit: `.format must be …`, ` must have …` */
export function readSource(value: unknown): SourceConfig | { readonly fault: string } {
  if (!check.Check(value)) return { fault: faultOf(value) ?? ' does not fit' }
  if (value.kind === 'unix' && Buffer.byteLength(value.path) > socketPathBytesMax)
    return { fault: `.path is longer than the ${socketPathBytesMax} bytes that the path of a socket may have` }
  if (value.kind === 'syslog' && isIP(value.address) === 0)
    return { fault: '.address must be an IP address of this machine, as 127.0.0.1 or 0.0.0.0' }
  return value
}

/** A schema of alternatives alone would not name the member. */
function faultOf(value: unknown): string | undefined {
  const kind = memberOf(value, 'kind') ?? 'file'
  if (kind !== 'file' && kind !== 'unix' && kind !== 'syslog') return '.kind must be "file", "unix" or "syslog"'
  const schema = kind === 'syslog' ? schemaOf(value) : kind
  if (schema === undefined) return '.transport must be "udp", "tcp" or "tls"'
  const path = memberOf(value, 'path')
  if (kind === 'unix' && typeof path === 'string' && !path.startsWith('/')) return '.path must be absolute'
  const [first] = checks[schema].Errors(value)
  return first === undefined ? undefined : `${first.instancePath.replaceAll('/', '.')} ${first.message}`
}

function schemaOf(value: unknown): keyof typeof checks | undefined {
  const transport = memberOf(value, 'transport')
  if (transport === 'udp' || transport === 'tcp') return transport
  if (transport !== 'tls') return undefined
  const own = memberOf(value, 'certificate') !== undefined || memberOf(value, 'key') !== undefined
  return own ? 'ownTls' : 'issuedTls'
}

/** @returns where a source reads, as people type and see it. @param port the one bound, where 0 was asked for */
export function inputOf(config: SourceConfig, port?: number): string {
  switch (config.kind) {
    case undefined:
    case 'file':
      return config.path
    case 'unix':
      return `unix:${config.path}`
    case 'syslog':
      return `syslog+${config.transport}://${formatAddress({ host: config.address, port: port ?? config.port })}`
    default:
      return config satisfies never
  }
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined
}
