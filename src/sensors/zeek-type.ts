// Which log a line of Zeek belongs to: its `_path` or `#path`, else the name of its file, else its fields (traps C6);
// and what class and severity that is.
import type { SelectionClass, Severity } from '../core/event.ts'

/** Logs that belong to a class (docs/vocabulary.md). */
export const zeekClasses: Readonly<Record<string, SelectionClass>> = {
  notice: 'intrusion',
  signatures: 'intrusion',
  intel: 'intrusion',
  conn: 'connection',
  files: 'file-malware',
  pe: 'file-malware',
}

/** @returns medium for what Zeek itself calls notable: its logs have no severity of their own. */
export function zeekSeverity(type: string): Severity {
  return zeekClass(type) === 'intrusion' ? 'medium' : 'unknown'
}

export function zeekClass(type: string): SelectionClass {
  return Object.hasOwn(zeekClasses, type) ? (zeekClasses[type] ?? 'other') : 'other'
}

/**
 * @param fileName `conn.log`, `conn.2023-01-05-18-00-00.log.gz`, `dns.head10k.json`, or ''
 * @returns the log's name where the file has one that Zeek gives; undefined for other names
 */
export function typeOfFileName(fileName: string): string | undefined {
  const stem = stemOf(fileName)
  return stem !== undefined && known.has(stem) ? stem : undefined
}

/** @returns the name before the first dot, where it could be that of a log. */
export function stemOf(fileName: string): string | undefined {
  return /^([a-z][a-z0-9_]{0,63})(?:\.|-\d|_\d|$)/.exec(fileName)?.[1]
}

/**
 * @param has whether the line, or the header, has a field of that name
 * @returns the log whose own fields are there; undefined where none is known
 */
export function typeOfFields(has: (field: string) => boolean): string | undefined {
  for (const [type, ...fields] of signs) if (fields.some(has)) return type
  return undefined
}

/** Fields that only one log has, or has before those below it; several where one may be unset. */
const signs: readonly (readonly [string, ...string[]])[] = [
  ['files', 'seen_bytes', 'tx_hosts'],
  ['x509', 'certificate.serial', 'certificate.version'],
  ['notice', 'suppress_for', 'note'],
  ['intel', 'seen.indicator'],
  ['http', 'request_body_len', 'status_code'],
  ['smtp', 'is_webmail', 'mailfrom', 'rcptto', 'last_reply'],
  ['dns', 'rejected', 'qtype_name', 'rcode_name'],
  ['conn', 'conn_state', 'orig_pkts', 'missed_bytes'],
  ['ssl', 'established', 'ssl_history', 'server_name'],
  ['dhcp', 'msg_types', 'lease_time'],
  ['ntlm', 'server_nb_computer_name', 'server_tree_name', 'domainname'],
  ['rdp', 'security_protocol', 'cert_count', 'cookie'],
  ['kerberos', 'till', 'request_type'],
  ['ldap_search', 'deref_aliases', 'scope'],
  ['ldap', 'opcode', 'argument'],
  ['snmp', 'get_requests', 'get_bulk_requests'],
  ['smb_mapping', 'share_type'],
  ['smb_files', 'prev_name', 'times.modified'],
  ['dce_rpc', 'named_pipe', 'endpoint'],
  ['ssh', 'auth_attempts', 'kex_alg', 'host_key_alg'],
  ['ftp', 'data_channel.passive', 'reply_code', 'cwd'],
  ['socks', 'request_p', 'bound_p'],
  ['radius', 'framed_addr', 'tunnel_client'],
  ['mysql', 'cmd'],
  ['sip', 'call_id'],
  ['irc', 'nick'],
  ['ntp', 'stratum', 'ref_id'],
  ['modbus', 'func', 'unit'],
  ['dnp3', 'fc_request', 'iin'],
  ['syslog', 'facility'],
  ['tunnel', 'tunnel_type'],
  ['dpd', 'failure_reason'],
  ['analyzer', 'analyzer_kind'],
  ['signatures', 'sig_id'],
  ['traceroute', 'num_trials'],
  ['ocsp', 'issuerNameHash', 'certStatus', 'thisUpdate'],
  ['pe', 'uses_aslr', 'section_names', 'compile_ts'],
  ['software', 'software_type'],
  ['known_services', 'port_num'],
  ['known_certs', 'issuer_subject'],
  ['capture_loss', 'percent_lost', 'ts_delta'],
  ['stats', 'pkts_proc', 'events_proc'],
  ['weird', 'notice'],
  ['smb_files', 'action'],
  ['known_hosts', 'host'],
]

/** Names of logs that have no field of their own above. */
const plainLogs = [
  'broker',
  'cluster',
  'config',
  'loaded_scripts',
  'packet_filter',
  'print',
  'quic',
  'reporter',
  'rfb',
  'telemetry',
  'websocket',
]

const known = new Set([...signs.map(([type]) => type), ...plainLogs])
