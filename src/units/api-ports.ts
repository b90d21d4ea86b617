// What the API is given: journal, fleet and threat response, each as the port it asked for.
import { organisationId } from '../core/ids.ts'
import type { Address } from '../platform/address.ts'
import type { ApiPorts } from '../server/api/ports.ts'
import type { Fleet } from '../server/fleet/fleet.ts'
import type { Journal } from '../server/journal/journal.ts'
import { inspect } from '../threat-response/inspect/inspect.ts'
import type { Investigations } from '../threat-response/investigate/investigations.ts'
import type { Modules } from '../threat-response/modules/modules.ts'
import { program } from './program.ts'
import { regionOf } from './region-of.ts'

export type ApiSources = {
  readonly fleet: Fleet
  readonly journal: Journal
  readonly investigations: Investigations
  readonly modules: Modules
  /** `HOST[:PORT]` by which devices come. */
  readonly names: readonly string[]
  /** Where the devices' listener is bound. */
  readonly bound: Address
  readonly startedAt: number
}

/** Composes the ports; nothing is started that would have to be ended. */
export function apiPorts({
  fleet,
  journal,
  investigations,
  modules,
  names,
  bound,
  startedAt,
}: ApiSources): Omit<ApiPorts, 'ready' | 'channels' | 'doctor'> {
  return {
    events: journal,
    ledger: journal,
    inspect,
    investigations,
    modules,
    fleet: {
      devices: (organisation) => fleet.registry.devices(organisation),
      device: (organisation, device) => fleet.registry.device({ organisation, device }),
      async revoke(organisation, device) {
        await fleet.registry.revoke({ organisation, device }, { by: 'owner', reason: 'revoked by the owner' })
        return await fleet.registry.device({ organisation, device })
      },
      async addNames(more) {
        for (const name of more) await fleet.authority.server.addName(name)
        return { v: 1, names: fleet.authority.server.names }
      },
      listenerCa: () => ({ v: 1, pem: fleet.authority.listenerAnchors.join('') }),
    },
    tokens: {
      create: ({ organisation, creator, name, lifetimeMs }) =>
        fleet.tokens.createToken({
          organisation,
          creator,
          names,
          bound,
          ttlMs: lifetimeMs,
          ...(name === undefined ? {} : { deviceName: name }),
        }),
    },
    region: () => ({ v: 1, ...regionOf(names, bound), names }),
    async status(organisation) {
      const known = await fleet.registry.devices(organisation)
      return {
        v: 1,
        program,
        startedAt,
        organisation: organisationId(organisation),
        journal: await journal.statistics(organisation),
        devices: { known: known.length, connected: known.filter(({ states }) => states.connected).length },
      }
    },
  }
}
