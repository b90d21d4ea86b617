// How the TLS listeners of EventHandler get a certificate, which it cannot ask for itself: it holds no credential for the
// network. It leaves a request in this folder of the device, the connector has it certified and leaves the answer beside
// it. Each request is a generation: `key-N.pem` (which only EventHandler reads), `request-N.csr`, `certificate-N.pem`.

/** Below the device's folder. */
export const listenerFolder = 'listener'

export type ListenerFile = { readonly kind: 'key' | 'request' | 'certificate'; readonly generation: number }

const endings = { key: 'pem', request: 'csr', certificate: 'pem' } as const
const pattern = /^(key|request|certificate)-([1-9][0-9]{0,8})\.(pem|csr)$/

/** @returns its name within the folder: PEM of a key, base64 of a PKCS#10, PEM of a certificate and its CA */
export function listenerFileName({ kind, generation }: ListenerFile): string {
  return `${kind}-${generation}.${endings[kind]}`
}

/** @returns what a file of the folder is, undefined where it is none of these */
export function listenerFileOf(name: string): ListenerFile | undefined {
  const [, word, number] = pattern.exec(name) ?? []
  const kind = word === 'key' || word === 'request' || word === 'certificate' ? word : undefined
  if (kind === undefined) return undefined
  const file: ListenerFile = { kind, generation: Number(number) }
  return listenerFileName(file) === name ? file : undefined
}

/** Why a request has no certificate yet, in the connector's words; gone once it has. */
export const listenerProblemFile = 'problem.json'

export type ListenerProblem = {
  readonly v: 1
  readonly generation: number
  readonly code: string
  readonly what: string
}

/** @returns the text as a problem, undefined where it is none */
export function readListenerProblem(text: string): ListenerProblem | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null) return undefined
    const { v, generation, code, what } = value as Record<string, unknown>
    return v === 1 && typeof generation === 'number' && typeof code === 'string' && typeof what === 'string'
      ? { v, generation, code, what }
      : undefined
  } catch {
    return undefined
  }
}
