// The bundle of a data folder: reads what its parts wrote there, and the secrets that must not be in it.
import { closeSync, fstatSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs'
import { arch, cpus, freemem, release, totalmem, type } from 'node:os'
import { join } from 'node:path'
import type { BundleRequest, MadeBundle } from '../cli/ports.ts'
import { packBundle } from '../doctor/bundle.ts'
import { examine, probeFor } from '../doctor/engine.ts'
import { recordOf } from '../doctor/probe-record.ts'
import { redactor } from '../doctor/redact.ts'
import { isMeasured, type Subject } from '../doctor/subject.ts'
import { systemClock } from '../platform/clock.ts'
import { dataFolder } from './data-folder.ts'
import { refuseUnreadable } from './doctor.ts'
import { program } from './program.ts'
import { subjectOf } from './subject-of.ts'

const logBytesMax = 128 * 1024
const configurationFiles = [
  'version.json',
  'device/event-handler.json',
  'device/connector.properties',
  'device/contexts/default.json',
  'exchange/endpoint.json',
]
const secretFolders = ['device/identity', 'device/listener', 'exchange/ca']
const secretFiles = ['owner.key', 'exchange/seal.key']

/** @throws Fault input.unreadable */
export async function bundleHere({ data, exchange, signal }: BundleRequest): Promise<MadeBundle> {
  const { device: folder, root } = dataFolder(data)
  refuseUnreadable(folder.root)
  const ways = { clock: systemClock, signal }
  const at = systemClock.now()
  const subject = await subjectOf(folder, { signal })
  const probe = probeFor(subject, ways)
  const report = await examine(subject, { ...ways, probe, at })
  const record = await recordOf(probe, subject)
  const configuration = textsOf(root, configurationFiles, (file) => readFileSync(file, 'utf8'))
  const logs = textsOf(root, [...logsIn(root, 'log'), ...logsIn(root, 'device/log')], endOf)
  const device = { subject: withoutKey(subject), probe: record, report }
  const bundle = {
    v: 1,
    kind: 'sallyport/bundle',
    at,
    program,
    machine: machine(),
    device,
    exchange,
    configuration,
    logs,
  }
  return packBundle({ ...bundle, v: 1, kind: 'sallyport/bundle' }, redactor(secretsOf(root, configuration)))
}

/** The checks need its certificate alone: a probe that is read back dials nobody. */
function withoutKey(subject: Subject): Subject {
  const { trust } = subject
  if (!isMeasured(trust) || trust.kind === 'pins' || !isMeasured(trust.identity)) return subject
  return { ...subject, trust: { ...trust, identity: { ...trust.identity, key: '' } } }
}

function machine(): Record<string, unknown> {
  return {
    node: process.version,
    system: `${type()} ${release()} ${arch()}`,
    processors: cpus().length,
    memoryBytes: totalmem(),
    memoryFreeBytes: freemem(),
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    user: process.getuid?.() ?? null,
    // Their values may be secrets.
    variables: Object.keys(process.env).filter((name) => /^(?:SALLYPORT_|NODE_|TZ$)/.test(name)),
  }
}

function textsOf(root: string, files: readonly string[], read: (file: string) => string): Record<string, string> {
  const texts: Record<string, string> = {}
  for (const file of files)
    try {
      texts[file] = read(join(root, file))
    } catch {
      // Not there, or not for this user: the bundle holds what there is.
    }
  return texts
}

function logsIn(root: string, folder: string): string[] {
  return namesIn(join(root, folder))
    .filter((name) => name.endsWith('.log'))
    .map((name) => `${folder}/${name}`)
}

/** Whole lines. */
function endOf(file: string): string {
  const opened = openSync(file, 'r')
  try {
    const { size } = fstatSync(opened)
    const end = Buffer.alloc(Math.min(size, logBytesMax))
    const text = end.toString('utf8', 0, readSync(opened, end, 0, end.length, size - end.length))
    return size > end.length ? text.slice(text.indexOf('\n') + 1) : text
  } finally {
    closeSync(opened)
  }
}

/** Keys line by line: a log shows one rarely as a whole. */
function secretsOf(root: string, configuration: Readonly<Record<string, string>>): readonly string[] {
  const whole = (file: string) => readFileSync(file, 'utf8')
  const files = secretFolders.flatMap((folder) => namesIn(join(root, folder)).map((name) => `${folder}/${name}`))
  const inPem = Object.values(textsOf(root, files, whole)).flatMap((text) => text.match(privateKey) ?? [])
  const lines = [...Object.values(textsOf(root, secretFiles, whole)), ...inPem]
    .flatMap((text) => text.split('\n').map((line) => line.trim()))
    .filter((line) => !line.startsWith('-----'))
  return [...lines, ...passwordsIn(configuration)]
}

const privateKey = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END/g

/** Of the proxy, as it is typed and as it is meant. */
function passwordsIn(configuration: Readonly<Record<string, string>>): readonly string[] {
  const texts = [...Object.values(configuration), process.env['SALLYPORT_PROXY'] ?? '']
  return texts.flatMap((text) =>
    [...text.matchAll(/(?:\/\/|[=\s])[^\s/:=@]*:(\S*)@/g)].flatMap(([, typed = '']) => [typed, decoded(typed)]),
  )
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
