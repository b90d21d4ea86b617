// The region of this server: by which name devices are told to come.
import { ownRegion, type Region } from '../server/exchange/regions.ts'
import { formatServerName, parseServerName } from '../server/fleet/server-names.ts'
import type { Address } from '../platform/address.ts'

/** @returns the region by the first of the server's names, else by where it is bound. */
export function regionOf([name]: readonly string[], bound: Address): Region {
  const reached = name === undefined ? bound : parseServerName(name, bound.port)
  return ownRegion(`https://${formatServerName(reached)}`)
}
