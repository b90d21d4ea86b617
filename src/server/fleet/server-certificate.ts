// The listener's own certificate: all its names, renewed at two thirds of its life with a new key while the process
// runs (security 1.5); names can be added later.
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { join } from 'node:path'
import type { Clock } from '../../platform/clock.ts'
import type { Log } from '../../platform/log.ts'
import { writeDurably } from '../../platform/write-durably.ts'
import { makeServerCertificate, newKeyPair, pemOf, type Signer } from './certificate-profile.ts'
import { privateKeyPem } from './private-key.ts'
import { readSecretFile } from './secret-file.ts'
import { loopbackNames, parseServerName } from './server-names.ts'

export type ServerCredentials = {
  /** Leaf and CA: the CA so that a device can compare its pin (security 1.5). */
  readonly cert: string
  readonly key: string
}

export type ServerCertificate = AsyncDisposable & {
  readonly credentials: ServerCredentials
  readonly names: readonly string[]
  readonly notAfter: number
  /** Adds a host for ever and makes the certificate anew; false if it stood there already. */
  addName(host: string): Promise<boolean>
  /** Calls `listener` after each renewal, until disposed. */
  onRenewal(listener: (credentials: ServerCredentials) => void): Disposable
}

export type ServerCertificateOptions = {
  readonly folder: string
  readonly names: readonly string[]
  readonly signer: Signer
  readonly clock: Clock
  readonly log: Log
}

/** How often the date is looked at; short beside a life of 397 days, long beside the work. */
const checkEveryMs = 3_600_000

/** Opens the certificate, making it anew where a name is missing, another CA signed it, or two thirds are over. */
export async function openServerCertificate(options: ServerCertificateOptions): Promise<ServerCertificate> {
  const { folder, signer, clock, log } = options
  const added = await readNames(folder)
  const names = new Set([...options.names, ...added, ...loopbackNames].map((name) => parseServerName(name, 0).host))
  const kept = await readCredentials(folder)
  const listeners = new Set<(credentials: ServerCredentials) => void>()
  const makeAndKeep = async (): Promise<ServerCredentials> => {
    const made = await makeCredentials(signer, [...names], clock.now())
    writeDurably(join(folder, 'server.pem'), made.key + made.cert)
    log.info({ names: [...names] }, 'made a server certificate')
    return made
  }
  let usable = kept !== undefined && fits(kept, names, signer, clock.now()) ? kept : await makeAndKeep()
  const renew = async (): Promise<void> => {
    usable = await makeAndKeep()
    for (const listener of listeners) listener(usable)
  }
  const ended = new AbortController()
  const watching = watch()
  return {
    get credentials() {
      return usable
    },
    get names() {
      return [...names]
    },
    get notAfter() {
      return new X509Certificate(usable.cert).validToDate.getTime()
    },
    async addName(host) {
      const name = parseServerName(host, 0).host
      if (names.has(name)) return false
      writeDurably(join(folder, 'names.json'), JSON.stringify({ v: 1, names: [...(await readNames(folder)), name] }))
      names.add(name)
      await renew()
      return true
    },
    onRenewal(listener) {
      listeners.add(listener)
      return { [Symbol.dispose]: () => listeners.delete(listener) }
    },
    async [Symbol.asyncDispose]() {
      ended.abort()
      await watching
    },
  }

  async function watch(): Promise<void> {
    while (!ended.signal.aborted) {
      await clock.sleep(checkEveryMs, ended.signal)
      if (ended.signal.aborted || fits(usable, names, signer, clock.now())) continue
      try {
        await renew()
      } catch (error) {
        // The old one goes on serving; a third of its life is left to mend the disk.
        log.error({ err: error }, 'cannot renew the server certificate; trying again in an hour')
      }
    }
  }
}

async function makeCredentials(signer: Signer, names: readonly string[], now: number): Promise<ServerCredentials> {
  const keys = await newKeyPair()
  const certificate = await makeServerCertificate(signer, keys.publicKey, names, now)
  return { cert: pemOf(certificate) + pemOf(signer.certificate), key: await privateKeyPem(keys.privateKey) }
}

function fits(credentials: ServerCredentials, names: ReadonlySet<string>, signer: Signer, now: number): boolean {
  const leaf = new X509Certificate(credentials.cert)
  const ca = new X509Certificate(pemOf(signer.certificate))
  const from = leaf.validFromDate.getTime()
  const due = from + ((leaf.validToDate.getTime() - from) * 2) / 3
  if (now < from || now >= due || !leaf.checkIssued(ca) || !leaf.verify(ca.publicKey)) return false
  return [...names].every((name) => (isIP(name) === 0 ? leaf.checkHost(name) : leaf.checkIP(name)) !== undefined)
}

/** Key and certificates stand in one file, so that no crash leaves one of them older than the other. */
async function readCredentials(folder: string): Promise<ServerCredentials | undefined> {
  const text = await readSecretFile(join(folder, 'server.pem'))
  const at = text?.indexOf('-----BEGIN CERTIFICATE-----') ?? -1
  if (text === undefined || at < 0) return undefined
  const credentials = { key: text.slice(0, at), cert: text.slice(at) }
  try {
    return new X509Certificate(credentials.cert).checkPrivateKey(createPrivateKey(credentials.key))
      ? credentials
      : undefined
  } catch {
    // Unreadable: this file is made anew, nothing is lost.
    return undefined
  }
}

async function readNames(folder: string): Promise<readonly string[]> {
  const text = await readSecretFile(join(folder, 'names.json'))
  if (text === undefined) return []
  const value: unknown = JSON.parse(text)
  const names = typeof value === 'object' && value !== null && 'names' in value ? value.names : undefined
  return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : []
}
