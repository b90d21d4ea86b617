// Row 1 of the registration API: probe without certificate, own record with it (original-system A8, B8).

export const clientsPath = '/providers/sse/services/registration/api/v2/clients'

/** Base URLs of the four roles: a region is this record, never a string template (DESIGN "Processes"). */
export type RoleUrls = {
  readonly api: string
  readonly enrol: string
  readonly ingest: string
  readonly messages: string
}

/** What GET answers to a device certificate. */
export type ClientRecord = {
  readonly v: 1
  /** The device id: CN of the certificate. */
  readonly clientId: string
  readonly organisation: string
  readonly roles: RoleUrls
}

/** @returns the value if it has the shape of a client record, else undefined: it comes from the network. */
export function readClientRecord(value: unknown): ClientRecord | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const record = value as Record<string, unknown>
  const roles = record['roles'] as Record<string, unknown> | null | undefined
  if (record['v'] !== 1 || typeof record['clientId'] !== 'string' || typeof record['organisation'] !== 'string')
    return undefined
  if (typeof roles !== 'object' || roles === null) return undefined
  for (const role of ['api', 'enrol', 'ingest', 'messages']) {
    const url = roles[role]
    if (typeof url !== 'string' || !URL.canParse(url) || new URL(url).protocol !== 'https:') return undefined
  }
  return value as ClientRecord
}
