// A certificate of an operator for this part's tests, signed by itself, as files.
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

export type TestCertificate = {
  readonly certificate: string
  readonly key: string
  readonly pem: { readonly cert: string; readonly key: string }
}

/** Makes NAME.cert.pem and NAME.key.pem for 127.0.0.1. */
export async function testCertificate(folder: string, name: string): Promise<TestCertificate> {
  const [certificate, key] = [join(folder, `${name}.cert.pem`), join(folder, `${name}.key.pem`)]
  const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']
  const named = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1']
  await promisify(execFile)('openssl', ['req', '-x509', ...made, ...named, '-keyout', key, '-out', certificate])
  return { certificate, key, pem: { cert: await readFile(certificate, 'utf8'), key: await readFile(key, 'utf8') } }
}
