// The key that signs what relays are sent, sealed in the database, and the JWKS by which they check it: from memory,
// for they ask at every call (threat-response-contract 2.2).
import { exportJWK, exportPKCS8, generateKeyPair, importPKCS8, type JWK, calculateJwkThumbprint } from 'jose'
import type { Clock } from '../../../platform/clock.ts'
import type { Seal } from '../seal.ts'
import type { ModulesDb } from '../tables.ts'
import type { SigningKey } from './configuration-token.ts'

export type SigningKeys = {
  readonly signing: SigningKey
  /** RSA keys only, each with its kid: a module loads all of them before it picks one (traps 5). */
  readonly jwks: { readonly keys: readonly JWK[] }
}

const algorithm = 'RS256'

/** Makes the key at the first start. */
export async function openSigningKeys(db: ModulesDb, seal: Seal, clock: Clock): Promise<SigningKeys> {
  const kept = await db.selectFrom('module_signing_key').selectAll().orderBy('created_at', 'desc').executeTakeFirst()
  if (kept !== undefined) return await usable(kept.kid, seal.open(kept.sealed, place(kept.kid)))
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { modulusLength: 2_048, extractable: true })
  const kid = await calculateJwkThumbprint(await exportJWK(publicKey))
  const pem = await exportPKCS8(privateKey)
  await db
    .insertInto('module_signing_key')
    .values({ kid, sealed: seal.close(pem, place(kid)), created_at: clock.now() })
    .execute()
  return await usable(kid, pem)
}

async function usable(kid: string, pem: string): Promise<SigningKeys> {
  const privateKey = await importPKCS8(pem, algorithm, { extractable: true })
  const { kty, n, e } = await exportJWK(privateKey)
  const members = { ...(kty && { kty }), ...(n && { n }), ...(e && { e }) }
  return { signing: { kid, privateKey }, jwks: { keys: [{ ...members, alg: algorithm, use: 'sig', kid }] } }
}

function place(kid: string): string {
  return `signing-key/${kid}`
}
