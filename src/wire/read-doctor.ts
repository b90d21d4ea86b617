// What is accepted as a doctor's report: it comes from a device, and is shown to people.
import { areItems, isInstant, isMembers, isNatural, isText } from './channel/shapes.ts'
import type { DoctorReport } from './doctor.ts'

const checksMax = 64
const textMax = 4096

/** @returns whether the value is a report of this version */
export function isDoctorReport(value: unknown): value is DoctorReport {
  return (
    isMembers(value) &&
    value['v'] === 1 &&
    isText(value['device'], 63) &&
    isText(value['program'], 128) &&
    isOneOf(value['from'], ['device', 'exchange']) &&
    isInstant(value['at']) &&
    isNatural(value['durationMs']) &&
    isOneOf(value['verdict'], ['flowing', 'kept', 'lost']) &&
    isText(value['sentence'], textMax) &&
    isTextOrNull(value['start']) &&
    areItems(value['checks'], checksMax, isCheckResult)
  )
}

function isCheckResult(value: unknown): boolean {
  return (
    isMembers(value) &&
    ['id', 'title', 'evidence'].every((name) => isText(value[name], textMax)) &&
    isOneOf(value['layer'], ['process', 'sensor', 'local', 'network', 'identity', 'delivery']) &&
    isOneOf(value['status'], ['ok', 'warn', 'fail', 'skip', 'unknown']) &&
    ['code', 'cause', 'fix'].every((name) => isTextOrNull(value[name])) &&
    isNatural(value['durationMs'])
  )
}

function isTextOrNull(value: unknown): boolean {
  return value === null || isText(value, textMax)
}

function isOneOf(value: unknown, words: readonly string[]): boolean {
  return typeof value === 'string' && words.includes(value)
}
