// The one inner error: an operating failure with a code, what happened and what to do about it (style 3, Errors).
import { type Code, codes } from './codes.ts'

export type FaultDetail = {
  /** What happened, where, with the values that matter; never a secret. */
  readonly what: string
  /** What the reader does about it; by default the catalogue's remedy of the code. */
  readonly remedy?: string
  readonly cause?: unknown
}

/** An operating failure. Its code is for ever; its text is for people. */
export class Fault extends Error {
  readonly code: Code
  readonly what: string
  readonly remedy: string

  constructor(code: Code, detail: FaultDetail) {
    const remedy = detail.remedy ?? codes[code].remedy
    super(`${code}: ${detail.what}${/[.!?]$/.test(detail.what) ? '' : '.'} ${remedy}`, { cause: detail.cause })
    this.name = 'Fault'
    this.code = code
    this.what = detail.what
    this.remedy = remedy
  }
}
