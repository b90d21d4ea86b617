// The observables and relations of a line of Zeek: by the name of the field, and for some logs by its own rules.
import type { Observable } from '../core/observable.ts'
import type { Evidence } from './evidence.ts'
import { gatherCommonName, gatherFileHashes, gatherRequest } from './gather.ts'
import { type JsonRecord, listOf, numberOf, textOf } from './json-value.ts'
import { unescapeZeek } from './zeek-escape.ts'

/** Fills `evidence` with what the fields hold. */
export function gatherZeek(record: JsonRecord, type: string, evidence: Evidence): void {
  const source = evidence.address(textOf(record['id.orig_h']))
  const target = evidence.address(textOf(record['id.resp_h']))
  evidence.relate(source, 'Connected_To', target)
  const own = Object.hasOwn(logs, type) ? logs[type] : undefined
  own?.(record, source, evidence)
  for (const field of Object.keys(record)) {
    const gather = fields.get(field)
    if (gather === undefined) continue
    const value = record[field]
    if (typeof value === 'string') gather(value, evidence)
    else if (Array.isArray(value)) for (const member of value) if (typeof member === 'string') gather(member, evidence)
  }
}

type Gather = (text: string, evidence: Evidence) => unknown
type GatherLog = (record: JsonRecord, source: Observable | undefined, evidence: Evidence) => void

const address: Gather = (text, evidence) => evidence.address(text)
const name: Gather = (text, evidence) => evidence.name(unescapeZeek(text))
const file: Gather = (text, evidence) => evidence.file(text)
const email: Gather = (text, evidence) => evidence.email(text)
const user: Gather = (text, evidence) => evidence.add('user', text)
const fingerprint: Gather = (text, evidence) => evidence.add('sha256', text) ?? evidence.add('sha1', text)
const issuer: Gather = (text, evidence) => evidence.add('certificate_issuer', text)
const serial: Gather = (text, evidence) => evidence.add('certificate_serial', text)

/** Fields that mean the same in every log that has them. */
const fields: ReadonlyMap<string, Gather> = new Map<string, Gather>([
  ...many(
    address,
    'src',
    'dst',
    'tx_hosts',
    'rx_hosts',
    'x_originating_ip',
    'data_channel.orig_h',
    'data_channel.resp_h',
  ),
  ...many(
    address,
    'client_addr',
    'server_addr',
    'assigned_addr',
    'requested_addr',
    'assigned_ip',
    'framed_addr',
    'san.ip',
  ),
  ...many(address, 'request.host', 'bound.host'),
  ...many(name, 'host', 'server_name', 'host_name', 'client_fqdn', 'san.dns', 'request.name', 'bound.name'),
  ...many(name, 'hostname', 'server_nb_computer_name', 'server_dns_computer_name', 'server_tree_name', 'client_name'),
  ...many(file, 'filename', 'orig_filenames', 'resp_filenames'),
  ...many(email, 'mailfrom', 'rcptto', 'reply_to', 'cc', 'san.email'),
  ...many(user, 'username', 'user'),
  ...many(fingerprint, 'fingerprint', 'cert_chain_fps', 'client_cert_chain_fps'),
  ...many(issuer, 'issuer', 'client_issuer', 'certificate.issuer'),
  ...many(serial, 'serialNumber', 'certificate.serial'),
  ['certificate.subject', (text, evidence) => gatherCommonName(text, evidence)],
  ['san.uri', (text, evidence) => evidence.url(text)],
  ['user_agent', (text, evidence) => evidence.add('user_agent', text)],
  ['mac', (text, evidence) => evidence.add('mac_address', text)],
  ['sha256', (text, evidence) => evidence.add('sha256', text)],
  ['sha1', (text, evidence) => evidence.add('sha1', text)],
  ['md5', (text, evidence) => evidence.add('md5', text)],
])

/** Logs whose fields mean something of their own, or tell how things relate. */
const logs: Readonly<Record<string, GatherLog>> = {
  dns,
  http,
  ssl,
  files,
  smtp,
  kerberos,
  rdp,
  ntlm: used,
  ftp,
  software,
  intel,
  smb_files: smb,
  smb_mapping: smb,
}

function dns(record: JsonRecord, source: Observable | undefined, evidence: Evidence): void {
  const query = textOf(record['query'])
  const asked = query === undefined ? undefined : evidence.name(unescapeZeek(query))
  evidence.relate(source, 'Searched_For', asked)
  // Addresses, names and `TXT n text` stand mixed.
  const isPointer = record['qtype_name'] === 'PTR'
  for (const member of listOf(record['answers'])) {
    const answer = textOf(member)
    if (answer === undefined || answer.startsWith('TXT ') || (!isPointer && /[\s<>]/.test(answer))) continue
    const found = evidence.name(unescapeZeek(answer))
    const isAddress = found?.type === 'ip' || found?.type === 'ipv6'
    evidence.relate(asked, isAddress ? 'Resolved_To' : 'Refers_To', found)
  }
}

/** Zeek cuts the port off the Host header: that of the connection is it. */
function http(record: JsonRecord, source: Observable | undefined, evidence: Evidence): void {
  gatherRequest(
    {
      host: textOf(record['host']),
      port: numberOf(record['id.resp_p']),
      target: textOf(record['uri']),
      referrer: textOf(record['referrer']),
      redirect: textOf(record['location']),
      userAgent: textOf(record['user_agent']),
    },
    source,
    evidence,
  )
}

function ssl(record: JsonRecord, source: Observable | undefined, evidence: Evidence): void {
  evidence.relate(source, 'Connected_To', evidence.name(textOf(record['server_name'])))
  gatherCommonName(textOf(record['subject']), evidence)
  gatherCommonName(textOf(record['client_subject']), evidence)
}

function files(record: JsonRecord, _source: Observable | undefined, evidence: Evidence): void {
  const sender = evidence.address(textOf(listOf(record['tx_hosts'])[0]))
  const receiver = evidence.address(textOf(listOf(record['rx_hosts'])[0]))
  evidence.relate(receiver, 'Connected_To', record['is_orig'] === false ? sender : undefined)
  gatherFileHashes(
    {
      sha256: textOf(record['sha256']),
      sha1: textOf(record['sha1']),
      md5: textOf(record['md5']),
      name: textOf(record['filename']),
    },
    { sender, receiver },
    evidence,
  )
}

function smtp(record: JsonRecord, _source: Observable | undefined, evidence: Evidence): void {
  evidence.host(textOf(record['helo']))
  const sender = evidence.email(textOf(record['mailfrom'])) ?? evidence.email(textOf(record['from']))
  evidence.email(textOf(record['from']))
  for (const list of [record['rcptto'], record['to']]) {
    for (const receiver of listOf(list)) evidence.relate(sender, 'Sent_To', evidence.email(textOf(receiver)))
  }
  for (const hop of listOf(record['path'])) evidence.address(textOf(hop))
  evidence.add('email_subject', textOf(record['subject']))
  evidence.add('email_messageid', textOf(record['msg_id']))
}

/** A client is `user/REALM`, and `/REALM` names no user. */
function kerberos(record: JsonRecord, source: Observable | undefined, evidence: Evidence): void {
  const client = textOf(record['client'])
  evidence.relate(source, 'Used_By', evidence.add('user', client?.split('/', 1)[0]))
}

function rdp(record: JsonRecord, source: Observable | undefined, evidence: Evidence): void {
  evidence.relate(source, 'Used_By', evidence.add('user', textOf(record['cookie'])))
}

function used(record: JsonRecord, source: Observable | undefined, evidence: Evidence): void {
  evidence.relate(source, 'Used_By', evidence.add('user', textOf(record['username'])))
}

function ftp(record: JsonRecord, source: Observable | undefined, evidence: Evidence): void {
  evidence.relate(source, 'Used_By', evidence.add('user', textOf(record['user'])))
  evidence.url(textOf(record['arg']))
}

function software(record: JsonRecord, _source: Observable | undefined, evidence: Evidence): void {
  const seen = evidence.name(textOf(record['host']))
  if (record['software_type'] !== 'HTTP::BROWSER') return
  evidence.relate(seen, 'Used', evidence.add('user_agent', textOf(record['unparsed_version'])))
}

function smb(record: JsonRecord, _source: Observable | undefined, evidence: Evidence): void {
  const path = textOf(record['path'])
  evidence.add('file_path', path)
  evidence.host(path === undefined ? undefined : /^\\\\([^\\]+)/.exec(path)?.[1])
  evidence.file(textOf(record['name']))
}

function intel(record: JsonRecord, _source: Observable | undefined, evidence: Evidence): void {
  const indicator = textOf(record['seen.indicator'])
  switch (record['seen.indicator_type']) {
    case 'Intel::ADDR':
    case 'Intel::DOMAIN':
      evidence.name(indicator)
      return
    case 'Intel::URL': // written without its scheme
      evidence.url(indicator?.includes('://') ? indicator : `http://${indicator}`)
      return
    case 'Intel::EMAIL':
      evidence.email(indicator)
      return
    case 'Intel::FILE_HASH':
    case 'Intel::CERT_HASH':
      for (const type of ['sha256', 'sha1', 'md5'] as const) evidence.add(type, indicator)
      return
    case 'Intel::FILE_NAME':
      evidence.file(indicator)
      return
    case 'Intel::USER_NAME':
      evidence.add('user', indicator)
      return
    default:
  }
}

function many(gather: Gather, ...names: readonly string[]): readonly (readonly [string, Gather])[] {
  return names.map((field) => [field, gather])
}
