// The devices that the contract double knows: one that is well, one whose events wait and were partly lost, one new.
import type { DeviceAccount, DeviceView } from '../../src/wire/api/fleet.ts'
import type { SourceStatus, Status } from '../../src/wire/status.ts'
import { stubNow } from './stub-data.ts'

const none: DeviceAccount = {
  given: 0,
  stored: 0,
  lost: 0,
  outstanding: 0,
  withdrawn: 0,
  expired: 0,
  holds: true,
  losses: {},
}

/** As it stands right after it was enrolled: it has said nothing yet. */
export function newDevice(id: string, name: string, enrolledAt: number): DeviceView {
  return {
    id,
    name,
    organisation: 'default',
    states: { enrolled: true, connected: false, healthy: false, flowing: false },
    enrolledAt,
    lastSeenAt: 0,
    lastAckAt: 0,
    certificate: { serial: '01', notAfter: stubNow + 7 * 86_400_000, revokedAt: null },
    status: null,
    account: none,
    lagMs: null,
    certificateDays: 7,
  }
}

export const stubDevices: readonly DeviceView[] = [
  {
    ...newDevice('edge-1', 'Berlin edge', stubNow - 86_400_000),
    states: { enrolled: true, connected: true, healthy: true, flowing: true },
    lastSeenAt: stubNow,
    lastAckAt: stubNow - 2_000,
    status: statusOf('edge-1', 0, 'reading'),
    account: { ...none, given: 20_400, stored: 20_400 },
    lagMs: 0,
  },
  {
    ...newDevice('edge-2', '', stubNow - 86_400_000),
    states: { enrolled: true, connected: false, healthy: false, flowing: false },
    lastSeenAt: stubNow - 600_000,
    lastAckAt: stubNow - 700_000,
    status: statusOf('edge-2', 4_100, 'unreadable'),
    account: { ...none, given: 9_000, stored: 3_696, lost: 1_204, outstanding: 4_100, losses: { 'spool.full': 1_204 } },
    lagMs: 700_000,
  },
]

function statusOf(device: string, outstanding: number, state: SourceStatus['state']): Status {
  return {
    v: 1,
    program: 'sallyport 0.1.0',
    device,
    at: stubNow,
    enrolled: true,
    channel: { state: 'connected', since: stubNow - 1_000, peer: '192.0.2.1:8444', lastAckAt: stubNow },
    configurationHash: 'c0ffee',
    eventHandler: {
      v: 1,
      pid: 100,
      startedAt: stubNow - 3_600_000,
      socket: '/run/EventHandler_SSEConnector.sock',
      sources: [
        {
          name: 'eve',
          format: 'suricata/eve',
          input: '/var/log/suricata/eve.json',
          state,
          ...(state === 'unreadable' && { reason: 'permission denied' }),
          stream: '0192f3a4b5c6',
          behindBytes: 0,
          events: 20_400,
          ignored: 0,
          notSelected: 0,
          lost: {},
          lastEventAt: stubNow,
        },
      ],
      spool: {
        bytes: outstanding * 300,
        bytesMax: 2 * 1024 ** 3,
        segments: 1,
        outstandingEvents: outstanding,
        outstandingBytes: outstanding * 300,
        oldestOutstandingAt: outstanding === 0 ? 0 : stubNow - 700_000,
        state: 'open',
        given: {},
      },
      drained: false,
    },
  }
}
