// Stands in for connector and exchange in this part's tests: certifies what EventHandler asks for in its folder.
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { listenerFileName } from '../../../wire/local/listener-files.ts'

const openssl = async (...args: readonly string[]) => await promisify(execFile)('openssl', args)

export type TestIssuer = AsyncDisposable & {
  /** PEM. */
  readonly ca: string
  /** Lays the certificate for a request, by the names asked for; `as` another generation to be wrong. */
  answer(folder: string, generation: number, more?: { readonly days?: number; readonly as?: number }): Promise<void>
}

export async function testIssuer(): Promise<TestIssuer> {
  const own = await mkdtemp(join(tmpdir(), 'issuer-'))
  const [ca, key] = [join(own, 'ca.pem'), join(own, 'ca.key')]
  const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '400']
  await openssl('req', '-x509', ...made, '-subj', '/CN=Test listener CA', '-keyout', key, '-out', ca)
  return {
    ca: await readFile(ca, 'utf8'),
    async answer(folder, generation, { days = 90, as = generation } = {}) {
      const request = await readFile(join(folder, listenerFileName({ kind: 'request', generation })), 'utf8')
      const [csr, leaf] = [join(own, 'request.der'), join(own, 'leaf.pem')]
      await writeFile(csr, Buffer.from(request, 'base64'))
      const by = ['-CA', ca, '-CAkey', key, '-days', `${days}`, '-copy_extensions', 'copy']
      await openssl('x509', '-req', '-inform', 'DER', '-in', csr, ...by, '-out', leaf)
      const chain = (await readFile(leaf, 'utf8')) + (await readFile(ca, 'utf8'))
      await writeFile(join(folder, listenerFileName({ kind: 'certificate', generation: as })), chain, { mode: 0o600 })
    },
    [Symbol.asyncDispose]: () => rm(own, { recursive: true }),
  }
}
