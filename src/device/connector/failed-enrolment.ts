// How the last attempt to enrol ended, kept for the doctor until one succeeds: the addresses and pins of its token, which
// are no secret, never its key.
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Type, type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Fault } from '../../core/fault.ts'
import { writeDurably } from '../../platform/write-durably.ts'
import type { TokenParts } from '../../wire/registration/token.ts'

const schema = Type.Object({
  v: Type.Literal(1),
  /** Unix ms. */
  at: Type.Number(),
  code: Type.String(),
  what: Type.String(),
  /** `HOST:PORT`. */
  addresses: Type.Array(Type.String(), { minItems: 1 }),
  pins: Type.Array(Type.String(), { minItems: 1 }),
})
const check = Compile(schema)

export type NotedEnrolment = Static<typeof schema>

/** Keeps it; a folder that cannot be written is told by the attempt itself. */
export function noteFailedEnrolment(
  folder: string,
  { addresses, pins }: TokenParts,
  { code, what }: Fault,
  at: number,
): void {
  try {
    const noted: NotedEnrolment = { v: 1, at, code, what, addresses: [...addresses], pins: [...pins] }
    writeDurably(fileIn(folder), `${JSON.stringify(noted)}\n`)
  } catch {
    // The doctor then knows nothing of it.
  }
}

export function forgetFailedEnrolment(folder: string): void {
  rmSync(fileIn(folder), { force: true })
}

/** @returns undefined where no attempt failed since the last success, or nothing can be read of it */
export function readFailedEnrolment(folder: string): NotedEnrolment | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(fileIn(folder), 'utf8'))
    return check.Check(value) ? value : undefined
  } catch {
    return undefined
  }
}

function fileIn(folder: string): string {
  return join(folder, 'contexts', 'failed-enrolment.json')
}
