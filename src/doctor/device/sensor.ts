// Whether EventHandler can read what the sensors write, as EventHandler itself says: this user may have other rights.
import { type Code, isCode } from '../../core/codes.ts'
import type { SourceStatus, SpoolStatus } from '../../wire/status.ts'
import { age } from '../age.ts'
import { type Check, failed, passed, skipped, unknown, warned } from '../check.ts'
import { enrolAnew, typed } from '../fixes.ts'
import { isMeasured, servicesOf, type Subject } from '../subject.ts'
import { services } from './services.ts'

/** A loss so long ago is history: the ledger has it. */
const losingMs = 60_000

export const sensor: Check = {
  id: 'sensor',
  title: 'Sensor',
  layer: 'sensor',
  after: [services],
  run({ subject, now }) {
    if (!subject.enrolled) return skipped('the device is not enrolled')
    // By the clock of the device, as the instants of its losses are.
    const { at = 0, eventHandler: handler } = isMeasured(subject.status) ? subject.status : {}
    if (handler === undefined) return unknown('EventHandler does not say what it reads: it is not attached')
    const { sources } = handler
    const unreadable = sources.find(({ state }) => state === 'unreadable')
    if (unreadable !== undefined) return unreadableSource(unreadable, handler.pid)
    const ended = sources.find(({ certificate }) => certificate !== undefined && certificate.notAfter < now)
    if (ended !== undefined) return failed('source.certificate.expired', shown(ended))
    const missing = sources.find(({ state }) => state === 'missing')
    if (missing !== undefined) return warned('source.missing', seen(missing))
    const late = sources.find(({ certificate }) => certificate !== undefined && lateAt(certificate) < now)
    if (late !== undefined) return warned('source.certificate.late', shown(late))
    const losing = sources.find((source) => isLosing(source, handler.spool.state, at))
    if (losing !== undefined) return warned('source.losing', lossOf(losing, at))
    const useless = sources.find(({ state, reason }) => state === 'waiting' && reason !== undefined)
    if (useless !== undefined) return warned(codeOf(useless, 'source.silent'), seen(useless))
    if (sources.length === 0)
      return warned('source.none', 'there is nothing that EventHandler is to read', nameOne(subject))
    return passed(sources.map(({ name, state, events }) => `${name} ${state}, ${events} events`).join('; '))
  },
}

function unreadableSource(source: SourceStatus, pid: number) {
  const code = codeOf(source, 'source.unreadable')
  if (code !== 'source.unreadable') return failed(code, seen(source))
  // A reader of another user is what an administrator looks for first.
  const fix = `Give EventHandler's user (of process ${pid}) the right to read ${source.input}, and to pass its folders.`
  return failed(code, seen(source), fix)
}

/** The reason begins with the code of what is wrong. */
function codeOf({ reason = '' }: SourceStatus, otherwise: Code): Code {
  const code = /^[a-z.-]+(?=: )/.exec(reason)?.[0] ?? ''
  return isCode(code) ? code : otherwise
}

/** Half of the time that is left after it was due. */
function lateAt({ renewAt, notAfter }: { readonly renewAt: number; readonly notAfter: number }): number {
  return notAfter - (notAfter - renewAt) / 2
}

function shown({ name, input, certificate }: SourceStatus): string {
  const ends = new Date(certificate?.notAfter ?? 0).toISOString().slice(0, 10)
  const why = certificate?.problem === undefined ? '' : `; none newer came: ${certificate.problem}`
  return `${name}: ${input} shows a certificate until ${ends}${why}`
}

/** What a full spool costs is said of the spool. */
function isLosing({ lastLoss }: SourceStatus, spool: SpoolStatus['state'], now: number): boolean {
  if (lastLoss === undefined || now - lastLoss.at > losingMs) return false
  return spool === 'open' || !lastLoss.cause.startsWith('spool.')
}

function lossOf({ name, input, lost, lastLoss }: SourceStatus, now: number): string {
  const counts = Object.entries(lost).map(
    ([cause, { count, unknown: more }]) => `${count}${more ? ' and more' : ''} (${cause})`,
  )
  return `${name}: ${input} has lost ${counts.join(', ')}, the last ${age(now - (lastLoss?.at ?? now))} ago`
}

function seen({ name, input, state, reason }: SourceStatus): string {
  return `${name}: ${input} is ${state}${reason === undefined ? '' : ` (${reason})`}`
}

/** `up` is told at each start; a device when it is enrolled. */
function nameOne(subject: Subject): string {
  const isSite = servicesOf(subject).some(({ id }) => id === 'Exchange')
  if (isSite) return `Stop it with Ctrl-C, then: ${typed(subject, 'up --source PATH')}`
  return `${enrolAnew(subject)} --replace --source PATH`
}
