// A region is a data record of role URLs, never a string template (DESIGN "Processes"; original-system B5).
import type { RoleUrls } from '../../wire/registration/clients.ts'

export type Region = { readonly id: string; readonly name: string; readonly roles: RoleUrls }

/**
 * The region of an exchange whose four roles answer on one listener.
 * @param base `https://HOST:PORT` by which devices reach it
 */
export function ownRegion(base: string): Region {
  return { id: 'own', name: 'This exchange', roles: { api: base, enrol: base, ingest: base, messages: base } }
}
