// Readers of both sides of the supervisor's socket: what comes from it is checked once, here.
import { type Service, serviceIds, type ServicesAnswer, type ServicesQuestion } from './messages.ts'

const states: ReadonlySet<unknown> = new Set(['running', 'starting', 'waiting', 'stopping', 'disabled'])

/** @returns the question in a line, undefined where it is none. */
export function readServicesQuestion(line: string): ServicesQuestion | undefined {
  const value = objectIn(line)
  if (value?.['v'] !== 1) return undefined
  const { ask, id } = value
  if (ask === 'status') return { v: 1, ask }
  if ((ask === 'enable' || ask === 'disable' || ask === 'restart') && typeof id === 'string') return { v: 1, ask, id }
  return undefined
}

/** @returns the answer in a line, undefined where it is none of this version. */
export function readServicesAnswer(line: string): ServicesAnswer | undefined {
  const value = objectIn(line)
  if (value?.['v'] !== 1) return undefined
  const { ok, code, what, remedy, services, supervisorPid } = value
  if (ok === false)
    return typeof code === 'string' && typeof what === 'string' && typeof remedy === 'string'
      ? { v: 1, ok, code, what, remedy }
      : undefined
  if (ok !== true || typeof supervisorPid !== 'number' || !Array.isArray(services)) return undefined
  const read: unknown[] = services
  return read.every(isService) ? { v: 1, ok, supervisorPid, services: read } : undefined
}

function objectIn(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

function isService(value: unknown): value is Service {
  if (typeof value !== 'object' || value === null) return false
  const it = value as Record<string, unknown>
  const texts = ['class', 'title', 'lastEnd', 'command', 'pidFile', 'enableFile']
  const numbers = ['pid', 'since', 'restarts', 'stopTimeoutS']
  return (
    isServiceId(it['id']) &&
    states.has(it['state']) &&
    typeof it['enabled'] === 'boolean' &&
    texts.every((key) => typeof it[key] === 'string') &&
    numbers.every((key) => typeof it[key] === 'number') &&
    Array.isArray(it['requires']) &&
    it['requires'].every(isServiceId)
  )
}

function isServiceId(value: unknown): boolean {
  return serviceIds.some((id) => id === value)
}
