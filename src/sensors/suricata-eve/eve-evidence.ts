// The observables and relations of an EVE event, by protocol. Nothing from payload, payload_printable or packet: that
// is the attacker's text (traps C5).
import type { Observable } from '../../core/observable.ts'
import type { Evidence } from '../evidence.ts'
import { type JsonRecord, listOf, numberOf, recordOf, textOf } from '../json-value.ts'
import { gatherDns, isAskedByTarget } from './eve-dns.ts'
import { gatherCertificate, gatherFile, gatherHttp, gatherMail, gatherUser } from './eve-protocols.ts'

/** Fills `evidence` with what the record holds. */
export function gatherEve(record: JsonRecord, type: string, evidence: Evidence): void {
  const source = evidence.address(textOf(record['src_ip']))
  const target = evidence.address(textOf(record['dest_ip']))
  const isReversed = isStartedByTarget(record, type)
  const client = isReversed ? target : source
  evidence.relate(client, 'Connected_To', isReversed ? source : target)
  const dns = recordOf(record['dns'])
  if (dns !== undefined) gatherDns(dns, isAskedByTarget(record) ? target : source, evidence)
  const http = recordOf(record['http'])
  if (http !== undefined) gatherHttp(http, client, evidence)
  const tls = recordOf(record['tls']) ?? recordOf(record['quic'])
  if (tls !== undefined) gatherCertificate(tls, client, evidence)
  const file = recordOf(record['fileinfo'])
  if (file !== undefined) gatherFile(file, { sender: source, receiver: target }, evidence)
  for (const member of listOf(record['files'])) {
    const sent = recordOf(member)
    if (sent !== undefined) gatherFile(sent, { sender: undefined, receiver: undefined }, evidence)
  }
  if (record['smtp'] !== undefined || record['email'] !== undefined) gatherMail(record, evidence)
  gatherRest(record, client, evidence)
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

function gatherRest(record: JsonRecord, client: Observable | undefined, evidence: Evidence): void {
  const tunnel = recordOf(record['tunnel'])
  if (tunnel !== undefined) {
    const outer = evidence.address(textOf(tunnel['src_ip']))
    evidence.relate(outer, 'Connected_To', evidence.address(textOf(tunnel['dest_ip'])))
  }
  evidence.address(textOf(record['xff']))
  const transfer = recordOf(record['ftp_data']) ?? recordOf(record['ftp-data']) // renamed in 7.0 (traps C5)
  if (transfer !== undefined) evidence.file(textOf(transfer['filename']))
  const ftp = recordOf(record['ftp'])
  if (ftp?.['command'] === 'USER') gatherUser(textOf(ftp['command_data']), client, evidence)
  const smb = recordOf(record['smb'])
  if (smb !== undefined) gatherSmb(smb, client, evidence)
  const kerberos = recordOf(record['krb5'])
  if (kerberos !== undefined) gatherUser(textOf(kerberos['cname']), client, evidence)
  const dhcp = recordOf(record['dhcp'])
  if (dhcp !== undefined) gatherDhcp(dhcp, evidence)
  evidence.file(textOf(recordOf(record['tftp'])?.['file']))
  evidence.file(textOf(recordOf(record['nfs'])?.['filename']))
  const rdp = recordOf(record['rdp'])
  if (rdp !== undefined) {
    gatherUser(textOf(rdp['cookie']), client, evidence)
    evidence.name(textOf(recordOf(rdp['client'])?.['client_name']))
  }
}

function gatherSmb(smb: JsonRecord, client: Observable | undefined, evidence: Evidence): void {
  evidence.file(textOf(smb['filename']))
  const ntlm = recordOf(smb['ntlmssp'])
  gatherUser(textOf(ntlm?.['user']), client, evidence)
  evidence.name(textOf(ntlm?.['host']))
}

function gatherDhcp(dhcp: JsonRecord, evidence: Evidence): void {
  const mac = evidence.add('mac_address', textOf(dhcp['client_mac']))
  const given = evidence.address(textOf(dhcp['assigned_ip']))
  evidence.relate(given, 'Allocated_By', evidence.address(textOf(dhcp['next_server_ip'])))
  evidence.relate(given, 'Used_By', mac)
  evidence.address(textOf(dhcp['client_ip']))
  evidence.name(textOf(dhcp['hostname']))
}
