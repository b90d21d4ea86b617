// An event from the pairs of a Firepower message (traps C2).
import type { Observable } from '../../core/observable.ts'
import type { Flow, SensorEvent, Signature } from '../../core/event.ts'
import { epochTime, isoTime } from '../event-time.ts'
import { Evidence, flowOf, flowText } from '../evidence.ts'
import type { ReadContext } from '../format.ts'
import { gatherFileHashes } from '../gather.ts'
import { numberOf } from '../json-value.ts'
import { type FirepowerKind, kindOf } from './firepower-kind.ts'
import { pairsOf } from './pairs.ts'
import { originOf, type SyslogHead } from './syslog-head.ts'

type Values = ReadonlyMap<string, string>

/** @param line without its CR */
export function firepowerEvent(line: string, head: SyslogHead, context: ReadContext): SensorEvent {
  const body = line.slice(head.bodyAt)
  const kind = kindOf(head.id, body)
  const origin = originOf(head.before, context.arrivedAt, context.zoneMinutes)
  const at = origin.at ?? context.arrivedAt
  const host = origin.host === undefined ? {} : { host: origin.host }
  if (kind.type === head.id) return { ...diagnostic(head.id, body), at, ...host }
  const { values, isCut } = pairsOf(body)
  const flow = flowIn(values)
  const evidence = new Evidence()
  gather(values, evidence)
  const signature = signatureOf(values, kind)
  const flowId = flowIdOf(values)
  return {
    kind: 'event',
    sensor: 'firepower',
    type: kind.type,
    at: firstPacketTime(values, context.zoneMinutes) ?? at,
    severity: kind.severity,
    flow,
    observables: evidence.observables,
    relations: evidence.relations,
    summary: summaryOf(values, kind, flow),
    ...host,
    ...(signature === undefined ? {} : { signature }),
    ...(flowId === undefined ? {} : { flowId }),
    ...(isCut ? { flags: ['truncated'] } : {}),
  }
}

/** A diagnostic message is free text: only the addresses in it are certain. */
function diagnostic(id: string, body: string): Omit<SensorEvent, 'at'> {
  const evidence = new Evidence()
  let left = 16
  for (const match of body.matchAll(/(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])/g)) {
    evidence.address(match[0])
    left--
    if (left === 0) break
  }
  return {
    kind: 'event',
    sensor: 'firepower',
    type: id,
    severity: 'unknown',
    flow: {},
    observables: evidence.observables,
    relations: [],
    summary: body.trim().slice(0, 300) || id,
  }
}

/** ICMP has words in place of ports. */
function flowIn(values: Values): Flow {
  return flowOf({
    source: values.get('SrcIP'),
    sourcePort: numberOf(values.get('SrcPort')),
    target: values.get('DstIP'),
    targetPort: numberOf(values.get('DstPort')),
    protocol: values.get('Protocol'),
  })
}

function gather(values: Values, evidence: Evidence): void {
  const source = evidence.address(values.get('SrcIP'))
  const target = evidence.address(values.get('DstIP'))
  evidence.relate(source, 'Connected_To', target)
  for (const key of addressKeys) evidence.address(values.get(key))
  const asked = evidence.name(values.get('DNSQuery'))
  evidence.relate(source, 'Searched_For', asked)
  for (const key of nameKeys) evidence.relate(source, 'Connected_To', evidence.host(values.get(key)))
  for (const key of urlKeys) gatherUrl(values.get(key), source, evidence)
  evidence.url(values.get('HTTPReferer'))
  gatherFiles(values, source, target, evidence)
  const user = named(values.get('User') ?? values.get('UserName'))
  evidence.relate(source, 'Used_By', evidence.add('user', user))
  evidence.add('user_agent', named(values.get('UserAgent')))
  evidence.add('sha1', values.get('SSLCertificate')?.replaceAll(':', ''))
}

const addressKeys = ['NAT_InitiatorIP', 'NAT_ResponderIP', 'OriginalClientSrcIP', 'originalClientSrcIP'] as const
const nameKeys = ['ReferencedHost', 'SSLServerName', 'HTTP_Hostname'] as const
const urlKeys = ['URL', 'URI', 'HTTP_URI'] as const

function gatherUrl(text: string | undefined, source: Observable | undefined, evidence: Evidence): void {
  const url = evidence.url(text)
  if (url === undefined) return
  evidence.relate(source, 'Connected_To', url)
  evidence.relate(url, 'Contains', evidence.host(URL.parse(url.value)?.hostname))
}

/** The hash may be missing; who sent the file is told by its direction. */
function gatherFiles(
  values: Values,
  source: Observable | undefined,
  target: Observable | undefined,
  evidence: Evidence,
): void {
  const isUpload = values.get('FileDirection') === 'Upload'
  const ends = { sender: isUpload ? source : target, receiver: isUpload ? target : source }
  const none = { sha1: undefined, md5: undefined }
  gatherFileHashes({ sha256: values.get('FileSHA256'), name: values.get('FileName'), ...none }, ends, evidence)
  gatherFileHashes(
    { sha256: values.get('ArchiveSHA256'), name: values.get('ArchiveFileName'), ...none },
    ends,
    evidence,
  )
}

/** `ThreatName: Unknown` and `Invalid ID` name nothing (traps C2). */
function signatureOf(values: Values, kind: FirepowerKind): Signature | undefined {
  const sid = values.get('SID')
  if (sid !== undefined && /^\d{1,10}$/.test(sid)) {
    const id = `${values.get('GID') ?? '1'}:${sid}`
    return { id, name: values.get('Message') ?? id }
  }
  const threat = kind.type === 'malware' || kind.type === 'file' ? named(values.get('ThreatName')) : undefined
  return threat === undefined ? undefined : { id: threat, name: threat }
}

/** Start and end of one connection share these four: two events, one flow (traps C2). */
function flowIdOf(values: Values): string | undefined {
  const connection = values.get('ConnectionID')
  if (connection === undefined) return undefined
  return [values.get('DeviceUUID'), values.get('InstanceID'), connection, values.get('FirstPacketSecond')]
    .map((part) => part ?? '-')
    .join('/')
}

function firstPacketTime(values: Values, zoneMinutes: number): number | undefined {
  const text = values.get('FirstPacketSecond')
  if (text === undefined) return undefined
  return /^\d{9,13}$/.test(text) ? epochTime(Number(text)) : isoTime(text, zoneMinutes)
}

function summaryOf(values: Values, kind: FirepowerKind, flow: Flow): string {
  const ends = flowText(flow)
  const what = detail(values, kind)
  const text = [what === '' ? kind.type : what, ends].filter((part) => part !== '').join(', ')
  return text.length > 300 ? `${text.slice(0, 299)}…` : text
}

function detail(values: Values, kind: FirepowerKind): string {
  switch (kind.type) {
    case 'intrusion':
      return values.get('Message') ?? ''
    case 'file':
    case 'malware':
      return [kind.type, values.get('FileName'), named(values.get('ThreatName')), values.get('SHA_Disposition')]
        .filter((part) => part !== undefined)
        .join(' ')
    default:
      return [kind.type, values.get('AccessControlRuleAction'), values.get('DNSQuery') ?? values.get('URL')]
        .filter((part) => part !== undefined)
        .join(' ')
  }
}

function named(text: string | undefined): string | undefined {
  return text === undefined || /^(?:none|n\/a|unknown|invalid id|not found|unavailable)$/i.test(text) ? undefined : text
}
