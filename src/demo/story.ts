// The attack that the demonstration tells: phish, download, beacon, lateral movement, exfiltration; then the beacon goes
// on. Original data; addresses and names of documentation only (RFC 5737, RFC 2606).
import type { Alert, Happening } from './happening.ts'

export const story = {
  victim: '192.0.2.57',
  server: '203.0.113.77',
  domain: 'update-check.example',
  mail: 'billing@invoices.example',
  file: 'invoice-4711.zip',
  sha256: '5d1c9bde0ba9a8cb1f6a3a3ac4d0a3c9f1de3f5b8b7c6f0e9a4b1b2c3d4e5f60',
  internalTarget: '192.0.2.10',
  dropZone: '198.51.100.203',
} as const

/** Fills in what every flow has: time, number, a client's port. */
export type MakeFlow = (
  flow: Pick<Happening, 'source' | 'target' | 'targetPort' | 'carried'> &
    Partial<Pick<Happening, 'protocol' | 'alert' | 'sourcePort'>>,
  afterMs?: number,
) => Happening

const resolver = '192.0.2.53'
const mailServer = '192.0.2.25'
export const ownServers = [resolver, mailServer] as const
const agent = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64)'

const alerts = {
  archive: {
    sid: 9_000_001,
    signature: 'DEMO Archive with a script from a new domain',
    severity: 2,
    category: 'Potentially Bad Traffic',
  },
  beacon: {
    sid: 9_000_003,
    signature: 'DEMO Beacon to a known command server',
    severity: 1,
    category: 'A Network Trojan was detected',
  },
  service: {
    sid: 9_000_004,
    signature: 'DEMO Remote service created over SMB',
    severity: 1,
    category: 'Attempted Administrator Privilege Gain',
  },
  upload: {
    sid: 9_000_005,
    signature: 'DEMO Large upload to a rare address',
    severity: 2,
    category: 'Potential Corporate Privacy Violation',
  },
} as const satisfies Record<string, Alert>

/** @returns what happens in a chapter; from the last on the beacon alone. */
export function tell(chapter: number, make: MakeFlow): Happening[] {
  switch (chapter) {
    case 0:
      return [phish(make)]
    case 1:
      return download(make)
    case 4:
      return [lateralMovement(make)]
    case 6:
      return [exfiltration(make)]
    default:
      return beacon(make)
  }
}

function phish(make: MakeFlow): Happening {
  const { mail, file } = story
  const carried = {
    kind: 'mail',
    helo: 'mx.invoices.example',
    from: mail,
    to: 'erin@corp.example',
    attachment: file,
  } as const
  return make({ source: '198.51.100.25', target: mailServer, targetPort: 25, carried })
}

function download(make: MakeFlow): Happening[] {
  const { victim, server, domain, file, sha256 } = story
  const path = `/d/${file}`
  const back = { source: server, sourcePort: 80, target: victim, targetPort: 49_800 }
  const fetched = { kind: 'file', name: domain, path, sha256, bytes: 48_211 } as const
  return [
    make({
      source: victim,
      target: server,
      targetPort: 80,
      carried: { kind: 'http', name: domain, path, agent, bytes: 48_211 },
    }),
    make({ ...back, carried: fetched, alert: alerts.archive }, 20),
  ]
}

function beacon(make: MakeFlow): Happening[] {
  const { victim, server, domain } = story
  return [
    make({
      source: victim,
      target: resolver,
      targetPort: 53,
      protocol: 'UDP',
      carried: { kind: 'dns', name: domain, address: server },
    }),
    make(
      { source: victim, target: server, targetPort: 443, carried: { kind: 'tls', name: domain }, alert: alerts.beacon },
      40,
    ),
  ]
}

function lateralMovement(make: MakeFlow): Happening {
  const { victim, internalTarget } = story
  const carried = { kind: 'bytes', up: 18_400, down: 9_200, lastedMs: 4_000 } as const
  return make({ source: victim, target: internalTarget, targetPort: 445, carried, alert: alerts.service })
}

function exfiltration(make: MakeFlow): Happening {
  const { victim, dropZone } = story
  const carried = { kind: 'bytes', up: 734_003_200, down: 41_000, lastedMs: 290_000 } as const
  return make({ source: victim, target: dropZone, targetPort: 443, carried, alert: alerts.upload })
}
