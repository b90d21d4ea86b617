// connector.log, in the shape of the original: logrus text, `[host][file:line package:function] text` (original-system
// A10, B11). Lines are grepped by people and scripts: the wording of B11 is fixed. Never a token, key or payload.
import {
  appendFileSync,
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import type { Clock } from '../../platform/clock.ts'

export type ConnectorLogLevel = 'debug' | 'info' | 'warning' | 'error'

/** Who speaks, in the original's words: `package:function`. */
export type ConnectorLogPlace =
  | 'events:connectWebSocket'
  | 'service:Start'
  | 'registration:refresh'
  | 'est:enrol'
  | 'est:renew'
  | 'est:listener'
  | 'context:activate'
  | 'api:listen'

export type ConnectorLog = {
  write(level: ConnectorLogLevel, place: ConnectorLogPlace, text: string): void
}

export type ConnectorLogOptions = {
  readonly file: string
  readonly clock: Clock
  readonly bytesMax?: number
  readonly filesMax?: number
}

/** A file is renamed and gzipped at this size; so many old ones are kept. */
const bytesMaxDefault = 10 * 1024 * 1024
const filesMaxDefault = 5

/** Opens the log; disposing waits until an old file is packed. A log that cannot be written is no reason to stop. */
export function openConnectorLog(options: ConnectorLogOptions): ConnectorLog & AsyncDisposable {
  const { file, clock, bytesMax = bytesMaxDefault, filesMax = filesMaxDefault } = options
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const host = hostname()
  let bytes = sizeOf(file)
  let packing: Promise<void> = packOlder(file, filesMax).catch(() => undefined)
  return {
    write(level, place, text) {
      const line = logLine(clock.now(), level, `[${host}][${callSite()} ${place}] ${text}`)
      try {
        if (bytes > 0 && bytes + line.length > bytesMax) {
          moveAside(file, clock.now())
          bytes = 0
          packing = packing.then(() => packOlder(file, filesMax)).catch(() => undefined)
        }
        appendFileSync(file, line, { mode: 0o640 })
        bytes += Buffer.byteLength(line)
      } catch {
        // A full disk is told by status and doctor; delivery goes on without its log.
      }
    },
    async [Symbol.asyncDispose]() {
      await packing
    },
  }
}

/** @returns one line as logrus' text formatter writes it without a terminal, LF included. */
export function logLine(at: number, level: ConnectorLogLevel, message: string): string {
  return `time=${logrusValue(localTime(at))} level=${level} msg=${logrusValue(message)}\n`
}

/** A value is bare if it has only letters, digits and `-._/@^+`, else quoted with Go's escapes. */
export function logrusValue(value: string): string {
  if (value !== '' && /^[A-Za-z0-9\-._/@^+]+$/.test(value)) return value
  return `"${value.replace(/["\\\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff]/g, goEscape)}"`
}

function goEscape(character: string): string {
  const short: Readonly<Record<string, string>> = {
    '"': '\\"',
    '\\': '\\\\',
    '\u0007': '\\a',
    '\b': '\\b',
    '\f': '\\f',
    '\n': '\\n',
    '\r': '\\r',
    '\t': '\\t',
    '\v': '\\v',
  }
  const code = character.charCodeAt(0)
  return (
    short[character] ??
    (code < 0x80 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`)
  )
}

/** RFC 3339 in local time with its offset; the zeros at the end of the fraction are cut, as Go does. */
function localTime(at: number): string {
  const offsetMinutes = -new Date(at).getTimezoneOffset()
  const shifted = new Date(at + offsetMinutes * 60_000).toISOString()
  const zone = Math.abs(offsetMinutes)
  const two = (value: number) => String(value).padStart(2, '0')
  const offset =
    offsetMinutes === 0 ? 'Z' : `${offsetMinutes < 0 ? '-' : '+'}${two(Math.trunc(zone / 60))}:${two(zone % 60)}`
  return shifted.slice(0, -1).replace(/\.?0+$/, '') + offset
}

/** File and line of the caller of `write`, as Go's runtime would tell them. */
function callSite(): string {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 3
  // The frames: callSite, write, whoever wrote.
  const frame = new Error().stack?.split('\n')[3] ?? ''
  Error.stackTraceLimit = stackTraceLimit
  const [, path = '', line = '0'] = /(?:\(|at )(?:file:\/\/)?([^()]*?):(\d+):\d+\)?$/.exec(frame) ?? []
  return `${basename(path) || 'connector'}:${line}`
}

function sizeOf(file: string): number {
  try {
    return statSync(file).size
  } catch {
    return 0
  }
}

/** Names of the files moved aside, oldest first; packed ones end in .gz. */
function olderFiles(file: string): string[] {
  const begin = `${basename(file)}.`
  return readdirSync(dirname(file))
    .filter((name) => name.startsWith(begin) && /^\d{8}T\d{6}\.\d{3}(-\d+)?(\.gz)?$/.test(name.slice(begin.length)))
    .toSorted((a, b) => (a.replace(/\.gz$/, '') < b.replace(/\.gz$/, '') ? -1 : 1))
    .map((name) => join(dirname(file), name))
}

/** Renames the file by the time; two within a millisecond are told apart. */
function moveAside(file: string, at: number): void {
  const time = new Date(at).toISOString().replace(/[-:Z]/g, '')
  let name = `${file}.${time}`
  for (let again = 1; existsSync(name) || existsSync(`${name}.gz`); again++)
    name = `${file}.${time}-${String(again).padStart(3, '0')}`
  renameSync(file, name)
}

/** Packs what is not packed, also what an end in the middle left over, and forgets the oldest. */
async function packOlder(file: string, filesMax: number): Promise<void> {
  for (const old of olderFiles(file).slice(0, -filesMax)) rmSync(old, { force: true })
  for (const old of olderFiles(file).filter((name) => !name.endsWith('.gz'))) {
    await pipeline(createReadStream(old), createGzip(), createWriteStream(`${old}.part`, { mode: 0o640 }))
    renameSync(`${old}.part`, `${old}.gz`)
    rmSync(old, { force: true })
  }
}
