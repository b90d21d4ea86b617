// A check is data: what it is called, what must hold before it, and one function that looks and says what it saw.
import { type Code, codes } from '../core/codes.ts'
import type { CheckResult } from '../wire/doctor.ts'
import type { Probe } from './probe.ts'
import type { Subject } from './subject.ts'

export type Look = {
  readonly subject: Subject
  /** The way to the exchange; asked by several checks, walked once. */
  readonly probe: Probe
  /** The clock of this machine, Unix ms. */
  readonly now: number
}

export type Check = Pick<CheckResult, 'id' | 'title' | 'layer'> & {
  /** Where one of these fails or is skipped, this one is skipped. They stand before it in `checks.ts`. */
  readonly after: readonly Check[]
  /** Changes nothing anywhere. */
  readonly run: (look: Look) => Promise<Finding> | Finding
}

export type Finding = Pick<CheckResult, 'status' | 'evidence' | 'code' | 'cause' | 'fix'>

const nothing = { code: null, cause: null, fix: null }

export function passed(evidence: string): Finding {
  return { status: 'ok', evidence, ...nothing }
}

export function skipped(reason: string): Finding {
  return { status: 'skip', evidence: reason, ...nothing }
}

/** It could not be measured: that is not "broken". */
export function unknown(reason: string): Finding {
  return { status: 'unknown', evidence: reason, ...nothing }
}

/** @param fix a command where there is one; by default the remedy of the code */
export function failed(code: Code, evidence: string, fix: string = codes[code].remedy): Finding {
  return { status: 'fail', evidence, code, cause: codes[code].cause, fix }
}

/** Something is wrong, and events flow all the same. */
export function warned(code: Code, evidence: string, fix: string = codes[code].remedy): Finding {
  return { ...failed(code, evidence, fix), status: 'warn' }
}
