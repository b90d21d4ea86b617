// The demonstration's Firepower, at the branch's edge: syslog of security events, one datagram a line.
import type { Alert, Carried, Happening } from './happening.ts'

const host = 'ftd-edge-1'
const inside = /^192\.0\.2\./

/** @returns the lines that the firewall sends of it: what crosses its edge. */
export function firepowerLines(happening: Happening): string[] {
  const { carried, alert } = happening
  if (inside.test(happening.source) && inside.test(happening.target)) return []
  const lines: string[] = []
  if (carried.kind === 'bytes') lines.push(connectionEnd(happening, carried))
  if (carried.kind === 'file') lines.push(malware(happening, carried))
  if (alert !== undefined) lines.push(intrusion(happening, alert))
  return lines
}

function connectionEnd(happening: Happening, carried: Carried & { readonly kind: 'bytes' }): string {
  return line(happening, 3, 430_003, [
    'AccessControlRuleAction: Allow',
    ...ends(happening),
    `ConnectionDuration: ${Math.round(carried.lastedMs / 1000)}`,
    'ACPolicy: demo',
    'User: No Authentication Required',
    `InitiatorBytes: ${carried.up}`,
    `ResponderBytes: ${carried.down}`,
  ])
}

function malware(happening: Happening, carried: Carried & { readonly kind: 'file' }): string {
  return line(happening, 1, 430_005, [
    ...ends(happening),
    'FileDirection: Download',
    'FileAction: Malware Cloud Lookup',
    `FileSHA256: ${carried.sha256}`,
    'SHA_Disposition: Malware',
    'ThreatName: Demo.Dropper',
    `FileName: ${carried.path.split('/').at(-1) ?? carried.path}`,
    'FileType: ZIP',
    `FileSize: ${carried.bytes}`,
    'ApplicationProtocol: HTTP',
    `URI: http://${carried.name}${carried.path}`,
  ])
}

function intrusion(happening: Happening, alert: Alert): string {
  return line(happening, 1, 430_001, [
    ...ends(happening),
    `Priority: ${alert.severity}`,
    'GID: 1',
    `SID: ${alert.sid}`,
    'Revision: 1',
    `Message: ${alert.signature}`,
    `Classification: ${alert.category}`,
    'ACPolicy: demo',
  ])
}

function ends({ source, target, sourcePort, targetPort, protocol }: Happening): string[] {
  return [
    `SrcIP: ${source}`,
    `DstIP: ${target}`,
    `SrcPort: ${sourcePort}`,
    `DstPort: ${targetPort}`,
    `Protocol: ${protocol.toLowerCase()}`,
  ]
}

function line({ at }: Happening, level: number, id: number, fields: readonly string[]): string {
  const when = new Date(at).toISOString().replace(/\.\d+Z/, 'Z')
  return `<113>${when} ${host}  %FTD-${level}-${id}: ${fields.join(', ')}`
}
