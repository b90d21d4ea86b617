// The certificate that the TLS listeners of this device show, from the CA of the exchange. The key is made here and
// never leaves; a request lies in a folder until the connector has laid the certificate beside it
// (wire/local/listener-files.ts). Renewed at two thirds of its life, with a new key.
import { X509Certificate, createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { mkdir, readFile, readdir, rm } from 'node:fs/promises'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { Fault } from '../../../core/fault.ts'
import {
  type ListenerFile,
  listenerFileName,
  listenerFileOf,
  listenerProblemFile,
  readListenerProblem,
} from '../../../wire/local/listener-files.ts'
import type { Clock } from '../../../platform/clock.ts'
import type { Log } from '../../../platform/log.ts'
import { renewAt } from '../../../platform/renew-at.ts'
import { writeDurably } from '../../../platform/write-durably.ts'

export type ListenerCertificateOptions = {
  readonly folder: string
  /** Names that it is to have, as they are now. */
  readonly hosts: () => readonly string[]
  readonly clock: Clock
  readonly log: Log
}

export type ListenerCredentials = {
  readonly key: string
  /** The certificate and its CA, PEM. */
  readonly cert: string
  /** Why a newer one does not come. */
  readonly problem?: string
}

type Complete = {
  readonly generation: number
  readonly key: string
  readonly cert: string
  readonly leaf: X509Certificate
}

/** One certificate for all listeners that take it. */
export class ListenerCertificate {
  readonly #options: ListenerCertificateOptions
  #current: Complete | undefined
  /** The generation that this start asked for and has not got. */
  #asked: number | undefined
  #namesCompared = false
  #looking: Promise<void> | undefined

  constructor(options: ListenerCertificateOptions) {
    this.#options = options
  }

  /**
   * Takes what has come, and asks where a certificate is missing, due, or without a name of now. To be called every second.
   * @throws Fault source.certificate.missing where there is none, with the reason as far as it is known
   */
  async look(): Promise<ListenerCredentials> {
    this.#looking ??= this.#look().finally(() => (this.#looking = undefined))
    await this.#looking
    const problem = await this.#problem()
    if (this.#current === undefined)
      throw new Fault('source.certificate.missing', { what: problem ?? 'the exchange has not answered yet' })
    const { key, cert } = this.#current
    return { key, cert, ...(problem === undefined ? {} : { problem }) }
  }

  async #look(): Promise<void> {
    const { clock, hosts } = this.#options
    const files = await this.#files()
    await this.#take(files)
    if (this.#asked !== undefined && !isThere(files, 'request', this.#asked)) this.#asked = undefined
    if (this.#asked !== undefined) return
    const current = this.#current
    const lasts = current !== undefined && clock.now() < dueAt(current.leaf)
    if (lasts && this.#namesCompared) return
    const wanted = hosts()
    this.#namesCompared = true
    if (!lasts || !wanted.every((host) => names(current.leaf, host))) this.#asked = await this.#ask(files, wanted)
  }

  async #take(files: readonly ListenerFile[]): Promise<void> {
    const from = this.#current?.generation ?? 0
    const newer = files
      .filter(({ kind, generation }) => kind === 'certificate' && generation > from)
      .toSorted((a, b) => b.generation - a.generation)
    for (const { generation } of newer) {
      const complete = await this.#read(generation)
      if (complete === undefined) continue
      this.#current = complete
      if (this.#asked !== undefined && this.#asked <= generation) this.#asked = undefined
      this.#options.log.info({ names: complete.leaf.subjectAltName, until: complete.leaf.validTo }, 'has a certificate')
      await this.#remove(files.filter((file) => file.generation < generation))
      return
    }
  }

  /** @returns undefined where key and certificate do not belong together: such a pair is of no use */
  async #read(generation: number): Promise<Complete | undefined> {
    try {
      const key = await readFile(this.#path({ kind: 'key', generation }), 'utf8')
      const cert = await readFile(this.#path({ kind: 'certificate', generation }), 'utf8')
      const leaf = new X509Certificate(cert)
      return leaf.checkPrivateKey(createPrivateKey(key)) ? { generation, key, cert, leaf } : undefined
    } catch {
      return undefined
    }
  }

  /** A request of before asked for the names of before: it goes. @returns the generation asked for */
  async #ask(files: readonly ListenerFile[], hosts: readonly string[]): Promise<number> {
    const { folder, log } = this.#options
    const { makeRequest } = await import('../../../platform/certificate-request.ts')
    const generation = files.reduce((most, file) => Math.max(most, file.generation), 0) + 1
    const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' })
    const request = await makeRequest({ key, name: hosts[0] ?? '', hosts })
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await this.#remove(files.filter((file) => file.generation !== this.#current?.generation))
    // The key first: where its request lies it is on disk.
    writeDurably(this.#path({ kind: 'key', generation }), key)
    writeDurably(this.#path({ kind: 'request', generation }), `${request}\n`)
    log.info({ generation, hosts }, 'asks for the certificate of its listeners')
    return generation
  }

  async #problem(): Promise<string | undefined> {
    if (this.#asked === undefined) return undefined
    const text = await readFile(join(this.#options.folder, listenerProblemFile), 'utf8').catch(() => '')
    const problem = readListenerProblem(text)
    return problem?.generation === this.#asked ? `${problem.code}: ${problem.what}` : undefined
  }

  async #files(): Promise<readonly ListenerFile[]> {
    const found = await readdir(this.#options.folder).catch(() => [])
    return found.flatMap((name) => listenerFileOf(name) ?? [])
  }

  async #remove(files: readonly ListenerFile[]): Promise<void> {
    await Promise.all(files.map((file) => rm(this.#path(file), { force: true })))
  }

  #path(file: ListenerFile): string {
    return join(this.#options.folder, listenerFileName(file))
  }
}

/** @returns when a certificate is to be replaced, Unix ms */
export function dueAt(leaf: X509Certificate): number {
  const { validFromDate, validToDate, serialNumber } = leaf
  return renewAt({ notBefore: validFromDate.getTime(), notAfter: validToDate.getTime(), serial: serialNumber })
}

function names(leaf: X509Certificate, host: string): boolean {
  return (isIP(host) === 0 ? leaf.checkHost(host) : leaf.checkIP(host)) !== undefined
}

function isThere(files: readonly ListenerFile[], kind: ListenerFile['kind'], generation: number): boolean {
  return files.some((file) => file.kind === kind && file.generation === generation)
}
