// The context: this device's registration at its exchange (DESIGN "Words"), in `contexts/default.json`.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Fault } from '../../core/fault.ts'
import { writeDurably } from '../../platform/write-durably.ts'
import { readClientRecord, type RoleUrls } from '../../wire/registration/clients.ts'

export const contextFile = 'contexts/default.json'
export const anchorFile = 'connectorCA.pem'

export type Context = {
  readonly v: 1
  /** The device id. */
  readonly clientId: string
  readonly organisation: string
  readonly roles: RoleUrls
  /** Unix ms. */
  readonly enrolledAt: number
  /** Journal that has been told the ended streams (delivery C3); '' = none yet. */
  readonly journal: string
  /** `HOST:PORT` at which the roles were learned; learned elsewhere they do not count. */
  readonly rolesFrom?: string
  /** Address that last answered, for when the name does not resolve (original-system B12). */
  readonly lastAddress?: string
}

/**
 * @param folder the device's folder
 * @returns undefined where the device is not enrolled
 * @throws Fault configuration.invalid where the file cannot be used
 */
export function readContext(folder: string): Context | undefined {
  const file = join(folder, contextFile)
  let value: unknown
  try {
    value = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw new Fault('configuration.invalid', {
      what: `${file} cannot be read`,
      remedy: 'Enrol the device anew.',
      cause: error,
    })
  }
  const record = readClientRecord(value)
  if (record === undefined)
    throw new Fault('configuration.invalid', { what: `${file} is no context`, remedy: 'Enrol the device anew.' })
  const more = value as { enrolledAt?: unknown; journal?: unknown; lastAddress?: unknown; rolesFrom?: unknown }
  return {
    ...record,
    enrolledAt: typeof more.enrolledAt === 'number' ? more.enrolledAt : 0,
    journal: typeof more.journal === 'string' ? more.journal : '',
    ...(typeof more.rolesFrom === 'string' ? { rolesFrom: more.rolesFrom } : {}),
    ...(typeof more.lastAddress === 'string' ? { lastAddress: more.lastAddress } : {}),
  }
}

/** Replaces the context; after a crash the old or the new one stands there. */
export function writeContext(folder: string, context: Context): void {
  writeDurably(join(folder, contextFile), `${JSON.stringify(context, null, 2)}\n`)
}

/** PEM of the CAs that are trusted. @throws Fault configuration.invalid */
export function readAnchors(folder: string): string {
  const file = join(folder, anchorFile)
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new Fault('configuration.invalid', {
      what: `${file} cannot be read`,
      remedy: 'Enrol the device anew.',
      cause: error,
    })
  }
}
