// Sources as people type them on a command line (docs/sources.md):
//   PATH · unix:/PATH[,OPTION]… · syslog+udp://ADDR:PORT[,OPTION]… · syslog+tcp://… · syslog+tls://…
// An option is a format, as `suricata/eve`, or name=, group=, certificate=, key=, client-ca=, host= (as often as wanted).
import { basename, resolve } from 'node:path'
import { Fault } from '../../core/fault.ts'
import { type SourceConfig, inputOf, readSource } from './source-config.ts'

const loopback = '127.0.0.1'
const socketPattern = /^(?:unix:|syslog\+[a-z]+:\/\/)/
const listenerPattern = /^syslog\+(udp|tcp|tls):\/\/(?:\[([0-9a-fA-F:.]+)\]|([0-9.]*)):(\d{1,5})$/
const optionKeys = ['name', 'format', 'group', 'certificate', 'key', 'client-ca', 'host'] as const
type OptionKey = (typeof optionKeys)[number]

/** @returns the sources of several arguments, with names of their own. @throws Fault `input.malformed` naming the argument */
export function parseSources(texts: readonly string[]): SourceConfig[] {
  const taken = new Set<string>()
  return texts.map((text) => {
    const source = parseSource(text)
    const named = taken.has(source.name) ? { ...source, name: inputOf(source) } : source
    if (taken.has(named.name)) throw malformed(text, 'stands twice')
    taken.add(named.name)
    return named
  })
}

/** @returns the source that one argument means. @throws Fault `input.malformed` */
export function parseSource(text: string): SourceConfig {
  if (!socketPattern.test(text)) {
    if (text === '') throw malformed(text, 'is empty')
    return { name: basename(text), path: resolve(text), format: 'auto' }
  }
  const [head = '', ...rest] = text.split(',')
  const options = optionsOf(text, rest)
  const source = head.startsWith('unix:') ? unixSource(head, options) : listenerSource(text, head, options)
  const read = readSource(source)
  if ('fault' in read) throw malformed(text, `does not fit:${read.fault.replace(/^\./, ' ')}`)
  return read
}

/**
 * Parts a comma-joined list of sources, as an environment variable holds it.
 * @returns the arguments; an option stays with the socket it belongs to
 */
export function splitSources(text: string): string[] {
  const sources: string[] = []
  for (const piece of text.split(',')) {
    const last = sources.at(-1)
    if (last !== undefined && socketPattern.test(last) && isOption(piece)) sources.push(`${sources.pop()},${piece}`)
    else sources.push(piece)
  }
  return sources
}

type Options = Pick<ReadonlyMap<OptionKey, string>, 'get' | 'has'> & { readonly hosts: readonly string[] }

function optionsOf(text: string, pieces: readonly string[]): Options {
  const options = new Map<OptionKey, string>()
  const hosts: string[] = []
  for (const piece of pieces) {
    const [, word, value = ''] = /^([a-z-]+)=(.*)$/.exec(piece) ?? [undefined, 'format', piece]
    const key = optionKeys.find((known) => known === word)
    if (key === undefined || value === '') throw malformed(text, `has no option "${piece}"`)
    if (key === 'host') hosts.push(value)
    else if (options.has(key)) throw malformed(text, `has the option ${key} twice`)
    options.set(key, value)
  }
  return Object.assign(options, { hosts })
}

function isOption(piece: string): boolean {
  return /^[a-z]+\/[a-z_]+$/.test(piece) || piece === 'auto' || optionKeys.some((key) => piece.startsWith(`${key}=`))
}

function unixSource(head: string, options: Options): unknown {
  const path = head.slice('unix:'.length)
  const group = options.get('group')
  return {
    ...common(options, basename(path)),
    kind: 'unix',
    path,
    ...(group === undefined ? {} : { group: Number(group) }),
    ...(options.hosts.length === 0 ? {} : { hosts: options.hosts }),
    ...fileOptions(options),
  }
}

function listenerSource(text: string, head: string, options: Options): unknown {
  const match = listenerPattern.exec(head)
  if (options.has('group')) throw malformed(text, 'has no group: only the file of a unix socket has one')
  if (!match) throw malformed(text, 'is no syslog+udp://ADDR:PORT, syslog+tcp://ADDR:PORT or syslog+tls://ADDR:PORT')
  const [, transport, bracketed, plain, port] = match
  return {
    ...common(options, `syslog-${transport}-${port}`),
    kind: 'syslog',
    transport,
    address: bracketed ?? (plain === '' ? loopback : plain),
    port: Number(port),
    ...(options.hosts.length === 0 ? {} : { hosts: options.hosts }),
    ...fileOptions(options),
  }
}

function common(options: Options, name: string): Record<string, unknown> {
  return { name: options.get('name') ?? name, format: options.get('format') ?? 'auto' }
}

function fileOptions(options: Options): Record<string, string> {
  const named = [
    ['certificate', options.get('certificate')],
    ['key', options.get('key')],
    ['clientCa', options.get('client-ca')],
  ] as const
  return Object.fromEntries(named.flatMap(([key, path]) => (path === undefined ? [] : [[key, resolve(path)]])))
}

function malformed(text: string, why: string): Fault {
  return new Fault('input.malformed', {
    what: `The source "${text}" ${why}`,
    remedy: 'Give a path, unix:/PATH, or syslog+udp://ADDR:PORT (docs/sources.md).',
  })
}
