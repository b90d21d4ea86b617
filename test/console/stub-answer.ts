// An answer of the contract double, and how it refuses.
import type { Problem } from '../../src/wire/api/fleet.ts'

export type Answer = { readonly status: number; readonly value: unknown }

export const ok = <T>(value: T): Answer => ({ status: 200, value })

export function problem(status: number, code: string, detail: string, remedy: string): Problem {
  return { type: `/codes/${code}`, title: detail, status, code, detail, remedy }
}

export const refused = (value: Problem): Answer => ({ status: value.status, value })
