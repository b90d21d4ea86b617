// The device's key and certificates: `identity/key-N.pem`, `identity/certificate-N.pem`, one number a generation. A
// renewal is the next generation beside the old one; the newest that is complete is shown first (security 3.1).
import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Fault } from '../../core/fault.ts'
import { writeDurably } from '../../platform/write-durably.ts'

export const identityFolder = 'identity'

export type Identity = {
  readonly generation: number
  /** PEM, PKCS#8. */
  readonly key: string
  /** PEM. */
  readonly certificate: string
  readonly serial: string
  /** Unix ms. */
  readonly notBefore: number
  readonly notAfter: number
}

/** A key that has no certificate yet: kept, so that a repeated request gets the same answer (security 2). */
export type PendingKey = { readonly generation: number; readonly key: string }

/**
 * @param folder the device's folder
 * @returns the complete identities, newest first; none where the device is not enrolled
 * @throws Fault identity.key.loose where others may read a key
 */
export function readIdentities(folder: string): readonly Identity[] {
  const found: Identity[] = []
  for (const generation of generationsOf(folder)) {
    const key = readKey(folder, generation)
    const certificate = readText(certificatePath(folder, generation))
    if (key === undefined || certificate === undefined) continue
    const parsed = parse(certificate)
    if (parsed === undefined || !parsed.checkPrivateKey(createPrivateKey(key))) continue
    found.push({
      generation,
      key,
      certificate,
      serial: parsed.serialNumber.toLowerCase(),
      notBefore: parsed.validFromDate.getTime(),
      notAfter: parsed.validToDate.getTime(),
    })
  }
  return found
}

/**
 * The key of the next generation: one that waits for its certificate, else a new one (P-256), synced before it returns.
 * @throws Fault enrolment.key.unwritable, identity.key.loose
 */
export function pendingKey(folder: string): PendingKey {
  const [newest = 0] = generationsOf(folder)
  const waiting = newest > 0 && readText(certificatePath(folder, newest)) === undefined
  const key = waiting ? readKey(folder, newest) : undefined
  return key === undefined ? newKey(folder) : { generation: newest, key }
}

/** A new key in a new generation. @throws Fault enrolment.key.unwritable */
export function newKey(folder: string): PendingKey {
  const [newest = 0] = generationsOf(folder)
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' })
  const generation = newest + 1
  try {
    mkdirSync(join(folder, identityFolder), { recursive: true, mode: 0o700 })
    writeDurably(keyPath(folder, generation), key)
  } catch (error) {
    throw new Fault('enrolment.key.unwritable', {
      what: `${keyPath(folder, generation)} cannot be written`,
      cause: error,
    })
  }
  return { generation, key }
}

/** Completes a generation; it is in use from the next channel on. @throws Fault enrolment.key.unwritable */
export function writeCertificate(folder: string, generation: number, certificate: string): void {
  try {
    writeDurably(certificatePath(folder, generation), certificate)
  } catch (error) {
    throw new Fault('enrolment.key.unwritable', {
      what: `${certificatePath(folder, generation)} cannot be written`,
      cause: error,
    })
  }
}

/** Forgets the generations before one that an exchange has accepted. */
export function dropBefore(folder: string, generation: number): void {
  for (const older of generationsOf(folder)) {
    if (older >= generation) continue
    rmSync(certificatePath(folder, older), { force: true })
    rmSync(keyPath(folder, older), { force: true })
  }
}

/** @returns what changes when the identity does, for whoever waits for a new one */
export function identityMark(folder: string): string {
  return generationsOf(folder)
    .filter((generation) => readText(certificatePath(folder, generation)) !== undefined)
    .join()
}

function generationsOf(folder: string): number[] {
  let names: string[]
  try {
    names = readdirSync(join(folder, identityFolder))
  } catch {
    return []
  }
  return names
    .map((name) => Number(/^key-([1-9][0-9]{0,8})\.pem$/.exec(name)?.[1] ?? 0))
    .filter((generation) => generation > 0)
    .toSorted((a, b) => b - a)
}

function readKey(folder: string, generation: number): string | undefined {
  const path = keyPath(folder, generation)
  for (const [name, mode] of [
    [join(folder, identityFolder), modeOf(join(folder, identityFolder))],
    [path, modeOf(path)],
  ] as const)
    if (mode !== undefined && (mode & 0o077) !== 0)
      throw new Fault('identity.key.loose', { what: `${name} has the rights ${(mode & 0o777).toString(8)}` })
  return readText(path)
}

function keyPath(folder: string, generation: number): string {
  return join(folder, identityFolder, `key-${generation}.pem`)
}

function certificatePath(folder: string, generation: number): string {
  return join(folder, identityFolder, `certificate-${generation}.pem`)
}

function modeOf(path: string): number | undefined {
  try {
    return statSync(path).mode
  } catch {
    return undefined
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function parse(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem)
  } catch {
    return undefined
  }
}
