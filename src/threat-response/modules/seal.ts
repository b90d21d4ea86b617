// Seals secrets for the database: AES-256-GCM under a key that lies apart from it, bound to the place where each
// belongs, so that a sealed text moved elsewhere does not open (security 6, V11).
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { Fault } from '../../core/fault.ts'

export type Seal = {
  /** @param place where the text belongs, as `module/ID` */
  close(text: string, place: string): string
  /** @throws Fault module.sealed where key, place or text are others */
  open(sealed: string, place: string): string
}

const keyBytes = 32
const ivBytes = 12
const tagBytes = 16
const form = 's1.'

/** @param key 32 random bytes */
export function sealWith(key: Buffer): Seal {
  if (key.length !== keyBytes) throw new Fault('module.sealed', { what: `The sealing key has ${key.length} bytes` })
  return {
    close(text, place) {
      const iv = randomBytes(ivBytes)
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(place))
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return form + Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url')
    },
    open(sealed, place) {
      const bytes = Buffer.from(sealed.slice(form.length), 'base64url')
      if (!sealed.startsWith(form) || bytes.length < ivBytes + tagBytes) throw unopened(place)
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, ivBytes))
        .setAAD(Buffer.from(place))
        .setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes))
      try {
        return decipher.update(bytes.subarray(ivBytes + tagBytes), undefined, 'utf8') + decipher.final('utf8')
      } catch {
        // The library's text would say nothing more.
        throw unopened(place)
      }
    },
  }
}

function unopened(place: string): Fault {
  return new Fault('module.sealed', { what: `The secrets of ${place} do not open` })
}
