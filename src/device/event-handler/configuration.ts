// EventHandler's one configuration file, checked by schema: what to read, what to select, how large the spool may grow.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { Type, type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { Fault } from '../../core/fault.ts'
import { readSource, sourceSchema } from './source-config.ts'

const closed = { additionalProperties: false }

const selectionClass = Type.Union([
  Type.Literal('intrusion'),
  Type.Literal('connection-high'),
  Type.Literal('connection'),
  Type.Literal('file-malware'),
  Type.Literal('other'),
])

const configurationSchema = Type.Object(
  {
    v: Type.Literal(1),
    device: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,62}$' }),
    sources: Type.Array(sourceSchema, { maxItems: 1_000 }),
    selection: Type.Union([Type.Literal('everything'), Type.Array(selectionClass)]),
    spool: Type.Object(
      {
        bytesMax: Type.Integer({ minimum: 1024 * 1024 }),
        /** Files wait; sockets are read on, and what finds no room is declared lost (delivery S9). */
        whenFull: Type.Optional(Type.Literal('wait')),
      },
      closed,
    ),
    /** Id of the group that may connect to the socket, where the connector runs as another user. */
    socketGroup: Type.Optional(Type.Integer({ minimum: 0 })),
  },
  closed,
)

export type EventHandlerConfiguration = Static<typeof configurationSchema>

const check = Compile(configurationSchema)

/** @returns a parsed value as a configuration; throws Fault `configuration.invalid` naming the member */
export function checkConfiguration(value: unknown): EventHandlerConfiguration {
  if (!check.Check(value)) {
    for (const [index, source] of sourcesIn(value).entries()) {
      const read = readSource(source)
      if ('fault' in read) throw invalid(`sources.${index}${read.fault}`)
    }
    const [first] = check.Errors(value)
    const member = first?.instancePath.replace(/^\//, '').replaceAll('/', '.') ?? ''
    throw invalid(`${member === '' ? 'the whole' : member} ${first?.message ?? 'does not fit'}`)
  }
  const names = new Set<string>()
  for (const [index, source] of value.sources.entries()) {
    const read = readSource(source)
    if ('fault' in read) throw invalid(`sources.${index}${read.fault}`)
    const { name } = source
    if (names.has(name)) throw invalid(`sources.${index}.name "${name}" stands twice`)
    names.add(name)
  }
  return value
}

/** @returns the configuration in a file; throws Fault `configuration.invalid` naming the member that does not fit */
export function readConfiguration(path: string): EventHandlerConfiguration {
  let value: unknown
  try {
    value = JSON.parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    throw new Fault('configuration.invalid', { what: `The configuration ${path} cannot be read`, cause })
  }
  return checkConfiguration(value)
}

/** Writes a configuration (0600) as a whole or not at all; throws as `readConfiguration` does where it does not fit. */
export function writeConfiguration(path: string, configuration: EventHandlerConfiguration): void {
  const text = `${JSON.stringify(checkConfiguration(configuration), undefined, 2)}\n`
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const fresh = `${path}.${process.pid}.new`
  writeFileSync(fresh, text, { mode: 0o600, flush: true })
  renameSync(fresh, path)
}

function sourcesIn(value: unknown): readonly unknown[] {
  const sources = typeof value === 'object' && value !== null && 'sources' in value ? value.sources : []
  return Array.isArray(sources) ? sources : []
}

function invalid(what: string): Fault {
  return new Fault('configuration.invalid', { what: `In the configuration of EventHandler ${what}` })
}
