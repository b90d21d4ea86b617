// The API's ports in memory: a handful of events, a device, an investigation that ends when it is told to. For tests of
// what speaks HTTP.
import type { DeviceRecord, ServerStatus } from '../../wire/api/fleet.ts'
import { memoryDoctor } from './doctor-memory.ts'
import { memoryReader, memoryStart, memoryStream } from './events-memory.ts'
import { addressesIn, MemoryInvestigations } from './investigations-memory.ts'
import { memoryModules } from './modules-memory.ts'
import type { ApiPorts } from './ports.ts'

const memoryUrl = 'https://exchange.example:8444'
const memoryRoles = { api: memoryUrl, enrol: memoryUrl, ingest: memoryUrl, messages: memoryUrl }

export type MemoryPorts = ApiPorts & {
  /** Lets every running investigation end. */
  finish(): void
  /** What was asked of the ports, in order: proves that a refused request had no effect. */
  readonly asked: readonly string[]
}

/** @param events how many events there are */
export function memoryPorts(events = 3): MemoryPorts {
  const asked: string[] = []
  const runs = new MemoryInvestigations(asked)
  const device = { ...deviceOf('sensor-1') }
  return {
    asked,
    finish: () => runs.finish(),
    events: memoryReader(events, asked),
    investigations: runs,
    inspect(text) {
      asked.push('inspect')
      return addressesIn(text)
    },
    ledger: {
      async ledger() {
        asked.push('ledger')
        return { v: 1, rows: [ledgerRow(events)], holds: true }
      },
      async verify() {
        asked.push('verify')
        const checkpoints = { verified: 1, pending: 0, unverifiable: 0, withdrawn: 0 }
        return { v: 1, holds: true, blocks: 1, events, streams: 1, checkpoints, broken: null }
      },
    },
    modules: memoryModules(asked),
    fleet: {
      async devices() {
        asked.push('devices')
        return [device]
      },
      async device(_organisation, id) {
        asked.push(`device ${id}`)
        return id === device.id ? device : undefined
      },
      async revoke(_organisation, id) {
        asked.push(`revoke ${id}`)
        return id === device.id ? { ...device, states: { ...device.states, connected: false } } : undefined
      },
      async addNames(names) {
        asked.push(`names ${names.join(' ')}`)
        return { v: 1, names: ['127.0.0.1', ...names] }
      },
      listenerCa() {
        asked.push('listener-ca')
        return { v: 1, pem: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n' }
      },
    },
    doctor: memoryDoctor(asked, device.id),
    tokens: memoryTokens(asked),
    ready: async () => [],
    channels: () => 1,
    region: () => ({ v: 1, id: 'own', name: 'Memory', roles: memoryRoles, names: ['exchange.example:8444'] }),
    async status(organisation) {
      asked.push('status')
      return statusOf(organisation, events)
    },
  }
}

function memoryTokens(asked: string[]): ApiPorts['tokens'] {
  return {
    async create(request) {
      asked.push(`token ${request.lifetimeMs}`)
      const url = `${memoryUrl}/.well-known/est`
      const parts = { url, ca: '-----BEGIN CERTIFICATE-----\n', pins: ['A'.repeat(43)] }
      return { v: 1, token: 'spt1_abc', ...parts, user: 'tuser', key: 'k'.repeat(32), expires: memoryStart }
    },
  }
}

function statusOf(organisation: string, events: number): ServerStatus {
  const kept = { firstDay: '2023-11-14', expired: 0, retention: { days: 30, bytesMax: null } }
  const journal = { id: 'journal', blocks: 1, events, unindexedBlocks: 0, bytes: 1_000, ...kept }
  const devices = { known: 1, connected: 1 }
  return { v: 1, program: 'sallyport 0.1.0', startedAt: memoryStart, organisation, journal, devices }
}

function deviceOf(id: string): DeviceRecord {
  return {
    id,
    name: id,
    organisation: 'default',
    states: { enrolled: true, connected: true, healthy: true, flowing: true },
    enrolledAt: memoryStart,
    lastSeenAt: memoryStart,
    lastAckAt: memoryStart,
    certificate: { serial: '01', notAfter: memoryStart + 1, revokedAt: null },
    status: null,
  }
}

function ledgerRow(events: number) {
  return {
    device: 'sensor-1',
    source: 'eve',
    stream: memoryStream,
    day: '2023-11-14',
    given: events,
    stored: events,
    lost: 0,
    outstanding: 0,
    withdrawn: 0,
    expired: 0,
    heardAt: memoryStart,
    holes: {},
    beforeSpool: {},
    notSelected: 0,
    ignored: 0,
    duplicates: 0,
    repeated: 0,
    disputed: 0,
    quarantined: 0,
    missingPredecessor: null,
  }
}
