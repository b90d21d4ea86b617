// Whether a client certificate counts: its row decides, never what TLS says of it (security 1.6, facts 1 and 2).
import type { X509Certificate } from 'node:crypto'
import { Fault } from '../../core/fault.ts'
import { type Authority, fingerprintOf } from './authority.ts'
import type { KnownCertificate, Registry } from './registry.ts'

export type Judgement =
  | { readonly kind: 'none' }
  | { readonly kind: 'refused'; readonly fault: Fault }
  | { readonly kind: 'device'; readonly certificate: KnownCertificate }

/**
 * @param certificate what the handshake proved the key of; undefined = none was shown
 * @param now the exchange's clock, Unix ms
 */
export async function judge(
  certificate: X509Certificate | undefined,
  authority: Pick<Authority, 'signed'>,
  registry: Pick<Registry, 'certificate'>,
  now: number,
): Promise<Judgement> {
  if (certificate === undefined) return { kind: 'none' }
  if (!authority.signed(certificate)) return refused('identity.unknown', 'The certificate is not from this exchange')
  const row = await registry.certificate(fingerprintOf(certificate))
  if (row === undefined)
    return isDevice(certificate)
      ? refused('identity.unlisted', `Certificate ${certificate.serialNumber} is ours but not listed`)
      : refused('identity.purpose', 'The certificate is that of a server or a CA')
  const fault = standingFault(row, now)
  return fault === undefined ? { kind: 'device', certificate: row } : { kind: 'refused', fault }
}

const clientAuth = '1.3.6.1.5.5.7.3.2'

function isDevice(certificate: X509Certificate): boolean {
  return !certificate.ca && (certificate.keyUsage ?? []).includes(clientAuth)
}

function standingFault(row: KnownCertificate, now: number): Fault | undefined {
  if (row.standing !== 'enrolled')
    return new Fault(`identity.${row.standing}`, { what: `Device ${row.device} is ${row.standing}` })
  if (row.revoked_at !== null)
    return new Fault('identity.revoked', {
      what: `Certificate ${row.serial} was revoked on ${new Date(row.revoked_at).toISOString()}`,
    })
  if (now < row.not_before)
    return new Fault('identity.notyet', {
      what: `The certificate is valid from ${new Date(row.not_before).toISOString()}; here it is ${new Date(now).toISOString()}`,
    })
  if (now > row.not_after)
    return new Fault('identity.lapsed', {
      what: `The certificate expired on ${new Date(row.not_after).toISOString()}; here it is ${new Date(now).toISOString()}`,
    })
  if (row.superseded_at !== null && row.superseded_at <= now)
    return new Fault('identity.superseded', { what: `Certificate ${row.serial} was replaced by a newer one` })
  return undefined
}

function refused(code: 'identity.unknown' | 'identity.unlisted' | 'identity.purpose', what: string): Judgement {
  return { kind: 'refused', fault: new Fault(code, { what }) }
}
