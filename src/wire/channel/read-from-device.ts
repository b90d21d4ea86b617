// What an exchange accepts as the head of a message from a device: shapes and bounds, checked once at the border
// (security S6; delivery D25). Blocks are checked by block-format.
import Type from 'typebox'
import { Compile } from 'typebox/compile'
import type { FromDevice } from './messages.ts'

/** Streams in one list; 90 days of hourly starts of several sources stay below (delivery C3). */
export const streamsMax = 20_000
/** Streams of which a status may tell, and its sources. */
const sourcesMax = 1_000

const natural = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })
const instant = Type.Number({ minimum: -8.64e15, maximum: 8.64e15 })
const text = (max: number) => Type.String({ maxLength: max })
const streamId = Type.String({ pattern: '^[0-9a-f]{32}$' })
const hash = Type.String({ pattern: '^[0-9a-f]{64}$' })
const head = Type.Object({
  block: Type.Integer({ minimum: -1, maximum: Number.MAX_SAFE_INTEGER }),
  hash,
  sequence: natural,
})
const lost = Type.Object({ count: natural, unknown: Type.Boolean() })

const source = Type.Object({
  name: text(255),
  format: text(64),
  input: text(4096),
  state: text(32),
  reason: Type.Optional(text(1024)),
  stream: text(64),
  behindBytes: natural,
  events: natural,
  ignored: natural,
  notSelected: natural,
  lost: Type.Record(text(64), lost, { maxProperties: 64 }),
  lastEventAt: instant,
})

const spool = Type.Object({
  bytes: natural,
  bytesMax: natural,
  segments: natural,
  outstandingEvents: natural,
  outstandingBytes: natural,
  oldestOutstandingAt: instant,
  state: Type.Union([Type.Literal('open'), Type.Literal('full'), Type.Literal('unwritable')]),
  given: Type.Record(
    Type.String({ pattern: '^[0-9a-f]{32}$' }),
    Type.Object({
      source: text(255),
      sequence: natural,
      block: Type.Integer({ minimum: -1, maximum: Number.MAX_SAFE_INTEGER }),
      acknowledged: Type.Integer({ minimum: -1, maximum: Number.MAX_SAFE_INTEGER }),
    }),
    { maxProperties: streamsMax, additionalProperties: false },
  ),
})

const status = Type.Object({
  v: Type.Literal(1),
  program: text(128),
  device: text(63),
  at: instant,
  clockOffsetMs: Type.Optional(Type.Number()),
  enrolled: Type.Boolean(),
  channel: Type.Object({
    state: text(32),
    since: instant,
    peer: text(512),
    lastCode: Type.Optional(text(128)),
    nextAttemptAt: Type.Optional(instant),
    lastAckAt: instant,
  }),
  certificate: Type.Optional(Type.Object({ serial: text(128), notAfter: instant, renewAt: instant })),
  eventHandler: Type.Optional(
    Type.Object({
      v: Type.Literal(1),
      pid: natural,
      startedAt: instant,
      socket: text(4096),
      sources: Type.Array(source, { maxItems: sourcesMax }),
      spool,
      drained: Type.Boolean(),
    }),
  ),
  configurationHash: text(128),
})

const messages = {
  hello: Type.Object({
    v: Type.Integer(),
    versions: Type.Array(Type.Integer(), { maxItems: 64 }),
    program: text(128),
    device: text(63),
    clock: instant,
    session: text(64),
  }),
  streams: Type.Object({
    streams: Type.Array(
      Type.Object({
        stream: streamId,
        source: text(255),
        state: Type.Union([Type.Literal('live'), Type.Literal('backlog'), Type.Literal('ended')]),
        head,
        lowest: natural,
      }),
      { maxItems: streamsMax },
    ),
  }),
  blocks: Type.Object({}),
  missing: Type.Object({
    stream: streamId,
    from: natural,
    through: natural,
    cause: Type.Union([
      Type.Literal('spool.damaged'),
      Type.Literal('spool.removed'),
      Type.Literal('exchange.restored'),
    ]),
    final: Type.Optional(Type.Object({ hash, sequence: natural })),
  }),
  checkpoint: Type.Object({
    stream: streamId,
    block: natural,
    hash,
    sequence: natural,
    at: instant,
    signature: Type.String({ maxLength: 1024, pattern: '^[A-Za-z0-9+/=]+$' }),
  }),
  status: Type.Object({ status }),
} satisfies Record<FromDevice['t'], Type.TSchema>

const checks: ReadonlyMap<string, { Check(value: unknown): boolean }> = new Map(
  Object.entries(messages).map(([kind, schema]) => [kind, Compile(schema)]),
)

/** @returns the head as a message, undefined where it is none: the sender broke the protocol. */
export function readFromDevice(head: unknown): FromDevice | undefined {
  if (typeof head !== 'object' || head === null || !('t' in head) || typeof head.t !== 'string') return undefined
  return checks.get(head.t)?.Check(head) === true ? (head as FromDevice) : undefined
}
