// Certificates of syslog listeners, made for devices in good standing: names are judged, and one that has a domain
// belongs to the device that had it first, for as long as that device counts and its certificate is valid.
import { isIP } from 'node:net'
import * as x509 from '@peculiar/x509'
import { Fault } from '../../core/fault.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Authority, IssuedCertificate } from './authority.ts'
import type { CheckedRequest } from './csr.ts'
import { checkKey, checkStanding } from './enrolment.ts'
import { checkListenerNames } from './listener-names.ts'
import type { FleetDb, FleetTransaction } from './tables.ts'

export type ListenerCertificates = {
  /**
   * @param fingerprint of the device's certificate, shown and judged good
   * @returns the new certificate and its CA; what is noted of it is committed
   * @throws Fault listener.name.*, enrolment.key.*, identity.*, enrolment.ca.unavailable
   */
  issue(fingerprint: string, request: CheckedRequest): Promise<ListenerChain>
}

export type ListenerChain = {
  readonly chain: readonly x509.X509Certificate[]
  readonly names: readonly string[]
  readonly serial: string
}

/** Names of one device in certificates that are still valid: it may change them, not collect them. */
const namesHeldMax = 64

type Desk = { readonly db: FleetDb; readonly authority: Authority; readonly clock: Clock }
type Holder = { readonly organisation: string; readonly device: string }

export function openListenerCertificates(desk: Desk): ListenerCertificates {
  return {
    async issue(fingerprint, request) {
      const names = checkListenerNames(request.names, desk.authority.server.names)
      try {
        return await desk.db
          .transaction()
          .execute((transaction) => issue(desk, transaction, fingerprint, request, names))
      } catch (error) {
        if (error instanceof Fault) throw error
        throw new Fault('enrolment.ca.unavailable', {
          what: 'The certificate could not be made and noted',
          cause: error,
        })
      }
    },
  }
}

async function issue(
  { authority, clock }: Desk,
  transaction: FleetTransaction,
  fingerprint: string,
  request: CheckedRequest,
  names: readonly string[],
): Promise<ListenerChain> {
  const now = clock.now()
  const shown = await transaction
    .selectFrom('fleet_certificate')
    .selectAll()
    .where('fingerprint', '=', fingerprint)
    .executeTakeFirstOrThrow()
  await checkStanding(transaction, shown)
  // A key that speaks for a device must not serve strangers too.
  await checkKey(transaction, request, null)
  const { organisation, device } = shown
  for (const name of names) await checkFree(transaction, name, { organisation, device }, now)
  const made = await authority.issueListener(request.spki, { organisation, names })
  await hold(transaction, names, { organisation, device }, made, now)
  const ca = authority.listenerAnchors[made.generation - 1]
  const chain = [made.pem, ...(ca === undefined ? [] : [ca])].map((pem) => new x509.X509Certificate(pem))
  return { chain, names, serial: made.serial }
}

/**
 * Addresses and bare host names are the same at many sites; only a name with a domain means one machine. Who lost its
 * certificates holds nothing any more.
 */
async function checkFree(transaction: FleetTransaction, name: string, who: Holder, now: number): Promise<void> {
  if (isIP(name) !== 0 || !name.includes('.')) return
  const rows = await transaction
    .selectFrom('fleet_listener_name as held')
    .innerJoin('fleet_certificate as certificate', (join) =>
      join.onRef('certificate.organisation', '=', 'held.organisation').onRef('certificate.device', '=', 'held.device'),
    )
    .innerJoin('fleet_device as device', (join) =>
      join.onRef('device.organisation', '=', 'held.organisation').onRef('device.id', '=', 'held.device'),
    )
    .select(['held.organisation', 'held.device'])
    .distinct()
    .where('held.name', '=', name)
    .where('held.not_after', '>', now)
    .where('certificate.revoked_at', 'is', null)
    .where('certificate.not_after', '>', now)
    .where('device.standing', '=', 'enrolled')
    .execute()
  const other = rows.find(({ organisation, device }) => organisation !== who.organisation || device !== who.device)
  if (other === undefined) return
  // Another organisation's devices are nobody's business here.
  const holder = other.organisation === who.organisation ? `device ${other.device}` : 'another device'
  throw new Fault('listener.name.taken', { what: `${name} is the name of the listener of ${holder}` })
}

async function hold(
  transaction: FleetTransaction,
  names: readonly string[],
  { organisation, device }: Holder,
  { serial, notAfter }: IssuedCertificate,
  now: number,
): Promise<void> {
  await transaction
    .deleteFrom('fleet_listener_name')
    .where('organisation', '=', organisation)
    .where('device', '=', device)
    .where((either) => either.or([either('not_after', '<=', now), either('name', 'in', [...names])]))
    .execute()
  const held = await transaction
    .selectFrom('fleet_listener_name')
    .select('name')
    .where('organisation', '=', organisation)
    .where('device', '=', device)
    .limit(namesHeldMax)
    .execute()
  if (held.length + names.length > namesHeldMax)
    throw new Fault('listener.name.refused', {
      what: `Device ${device} has ${held.length} other names in certificates that are still valid`,
    })
  const row = { organisation, device, serial, issued_at: now, not_after: notAfter }
  await transaction
    .insertInto('fleet_listener_name')
    .values(names.map((name) => ({ ...row, name })))
    .execute()
}
