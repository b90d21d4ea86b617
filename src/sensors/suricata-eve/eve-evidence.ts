// The observables and relations of an EVE event, by protocol. Nothing from payload, payload_printable or packet: that
// is the attacker's text (traps C5).
import type { Observable } from '../../core/observable.ts'
import type { Evidence } from '../evidence.ts'
import { isRecord, type JsonRecord, listOf, numberOf, recordOf, textOf } from '../json-value.ts'
import { gatherDns, isAskedByTarget } from './eve-dns.ts'
import { gatherCertificate, gatherFile, gatherHttp, gatherMail, gatherUser } from './eve-protocols.ts'

/** Who is who in the event whose member is read. */
type Ends = {
  readonly record: JsonRecord
  readonly source: Observable | undefined
  readonly target: Observable | undefined
  /** Who began the flow. */
  readonly client: Observable | undefined
}

/** Fills `evidence` with what the record holds, member by member: asking for those it lacks would cost more. */
export function gatherEve(record: JsonRecord, type: string, evidence: Evidence): void {
  const source = evidence.address(textOf(record['src_ip']))
  const target = evidence.address(textOf(record['dest_ip']))
  const isReversed = isStartedByTarget(record, type)
  const client = isReversed ? target : source
  evidence.relate(client, 'Connected_To', isReversed ? source : target)
  const ends = { record, source, target, client }
  for (const name of Object.keys(record)) {
    const gather = members.get(name)
    if (gather === undefined) continue
    const member = record[name]
    if (isRecord(member)) gather(member, ends, evidence)
  }
  evidence.address(textOf(record['xff']))
  for (const file of listOf(record['files'])) {
    if (isRecord(file)) gatherFile(file, { sender: undefined, receiver: undefined }, evidence)
  }
}

/**
 * Alerts name the ends of a packet, and fileinfo those of a file; who began the flow is told by the flow, by the
 * direction, or by the ports.
 */
function isStartedByTarget(record: JsonRecord, type: string): boolean {
  const started = textOf(recordOf(record['flow'])?.['src_ip'])
  if (started !== undefined) return started === record['dest_ip'] && started !== record['src_ip']
  if (record['direction'] === 'to_client') return true
  if (record['direction'] === 'to_server' || type === 'flow' || type === 'netflow') return false
  const sourcePort = numberOf(record['src_port']) ?? 0
  const targetPort = numberOf(record['dest_port']) ?? 0
  return sourcePort > 0 && sourcePort < 1024 && targetPort >= 1024
}

type GatherMember = (member: JsonRecord, ends: Ends, evidence: Evidence) => void

const members: ReadonlyMap<string, GatherMember> = new Map<string, GatherMember>([
  ['dns', (dns, ends, evidence) => gatherDns(dns, isAskedByTarget(ends.record) ? ends.target : ends.source, evidence)],
  ['http', (http, ends, evidence) => gatherHttp(http, ends.client, evidence)],
  ['tls', (tls, ends, evidence) => gatherCertificate(tls, ends.client, evidence)],
  ['quic', (quic, ends, evidence) => gatherCertificate(quic, ends.client, evidence)],
  ['fileinfo', (file, ends, evidence) => gatherFile(file, { sender: ends.source, receiver: ends.target }, evidence)],
  ['smtp', (smtp, ends, evidence) => gatherMail(smtp, recordOf(ends.record['email']), evidence)],
  ['email', (email, ends, evidence) => gatherMail(recordOf(ends.record['smtp']), email, evidence)],
  ['tunnel', gatherTunnel],
  ['ftp_data', (transfer, _ends, evidence) => evidence.file(textOf(transfer['filename']))],
  ['ftp-data', (transfer, _ends, evidence) => evidence.file(textOf(transfer['filename']))], // until 7.0 (traps C5)
  ['ftp', gatherFtp],
  ['smb', gatherSmb],
  ['krb5', (kerberos, ends, evidence) => gatherUser(textOf(kerberos['cname']), ends.client, evidence)],
  ['dhcp', gatherDhcp],
  ['tftp', (tftp, _ends, evidence) => evidence.file(textOf(tftp['file']))],
  ['nfs', (nfs, _ends, evidence) => evidence.file(textOf(nfs['filename']))],
  ['rdp', gatherRdp],
])

function gatherTunnel(tunnel: JsonRecord, _ends: Ends, evidence: Evidence): void {
  const outer = evidence.address(textOf(tunnel['src_ip']))
  evidence.relate(outer, 'Connected_To', evidence.address(textOf(tunnel['dest_ip'])))
}

function gatherFtp(ftp: JsonRecord, ends: Ends, evidence: Evidence): void {
  if (ftp['command'] === 'USER') gatherUser(textOf(ftp['command_data']), ends.client, evidence)
}

function gatherRdp(rdp: JsonRecord, ends: Ends, evidence: Evidence): void {
  gatherUser(textOf(rdp['cookie']), ends.client, evidence)
  evidence.name(textOf(recordOf(rdp['client'])?.['client_name']))
}

function gatherSmb(smb: JsonRecord, ends: Ends, evidence: Evidence): void {
  evidence.file(textOf(smb['filename']))
  const ntlm = recordOf(smb['ntlmssp'])
  gatherUser(textOf(ntlm?.['user']), ends.client, evidence)
  evidence.name(textOf(ntlm?.['host']))
}

function gatherDhcp(dhcp: JsonRecord, _ends: Ends, evidence: Evidence): void {
  const mac = evidence.add('mac_address', textOf(dhcp['client_mac']))
  const given = evidence.address(textOf(dhcp['assigned_ip']))
  evidence.relate(given, 'Allocated_By', evidence.address(textOf(dhcp['next_server_ip'])))
  evidence.relate(given, 'Used_By', mac)
  evidence.address(textOf(dhcp['client_ip']))
  evidence.name(textOf(dhcp['hostname']))
}
