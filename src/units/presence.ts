// What the channel end says of devices, noted in the registry.
import type { Log } from '../platform/log.ts'
import { X509Certificate } from 'node:crypto'
import type { ChannelIdentity, Presence } from '../server/fleet/channel-end.ts'
import { fingerprintOf } from '../server/fleet/authority.ts'
import type { Registry } from '../server/fleet/registry.ts'

/** @returns the channel end's presence port over the registry; failures are logged, never thrown. */
export function presenceInRegistry(registry: Registry, log: Log): Presence {
  return {
    connected(session) {
      registry.heard(session, { seenAt: session.at })
      void registry
        .channelAccepted(fingerprintOf(new X509Certificate(session.certificatePem)))
        .catch((error: unknown) =>
          log.warn({ err: error, device: session.device }, 'cannot retire the older certificate'),
        )
    },
    disconnected: (session: ChannelIdentity & { readonly at: number }) =>
      registry.heard(session, { seenAt: session.at }),
    status: (identity, status, at) => registry.heard(identity, { seenAt: at, status }),
    acknowledged: (identity, at) => registry.heard(identity, { seenAt: at, ackAt: at }),
  }
}
