// The body of a Firepower event: `Key: value, Key: value`. Values hold commas and colons, so it is split only before a
// key that is known; a word with a colon inside a value is none (traps C2).

/** Keys of 430001 to 430005 up to release 7.x. Source: Cisco, "Threat Defense Syslog Messages", Security Events. */
const keys = new Set(
  `AccessControlRuleAction|AccessControlRuleName|AccessControlRuleReason|ACPolicy|ApplicationProtocol|ArchiveDepth
ArchiveFileName|ArchiveFileStatus|ArchiveSHA256|CertificateName|Classification|Client|ClientAppDetector|ClientVersion
ConnectionDuration|ConnectionID|Context|DestinationIP_DynamicAttribute|DestinationSecurityGroup
DestinationSecurityGroupTag|DestinationSecurityGroupType|DestIP_DynamicAttribute|DetectionType|DeviceUUID|DNSQuery
DNSRecordType|DNSResponseType|DNSSICategory|DNS_Sinkhole|DNS_TTL|DstIP|DstPort|EgressInterface|EgressVRF|EgressZone
EncryptedVisibilityConfidenceScore|EncryptedVisibilityFingerprint|EncryptedVisibilityProcessName
EncryptedVisibilityThreatConfidence|EncryptedVisibilityThreatConfidenceScore|Endpoint Profile|EndpointProfile
EventPriority|FileAction|FileCount|FileDirection|FileName|FilePolicy|FileSandboxStatus|FileSHA256|FileSize
FileStaticAnalysisStatus|FileStorageStatus|FileType|FirstPacketSecond|GID|Hostname|HTTPReferer|HTTPResponse
HTTP_Hostname|HTTP_URI|ICMPCode|ICMPType|Impact|ImpactFlag|IngressInterface|IngressVRF|IngressZone|InitiatorBytes
InitiatorPackets|InlineResult|InlineResultReason|InstanceID|IntrusionPolicy|IntrusionRuleReason|IOC|IPReputationSICategory
IPSCount|LastPacketSecond|Message|MitreAttackGroups|MPLS_Label|NAPPolicy|NAT_InitiatorIP|NAT_InitiatorPort|NAT_ResponderIP
NAT_ResponderPort|NetBIOSDomain|NetmapNum|NumIOC|OriginalClientSrcIP|originalClientSrcIP|Prefilter Policy
PrefilterPolicy|Priority|Protocol|QoSAppliedInterface|QoSPolicy|QoSRuleName|ReferencedHost|ResponderBytes|ResponderPackets
Revision|RuleGroup|SecIntMatchingIP|SecurityGroup|Security Group|SHA_Disposition|SID|SinkholeUUID|SnortVersion
SourceIP_DynamicAttribute|SourceSecurityGroup|SourceSecurityGroupTag|SourceSecurityGroupType|SperoDisposition
SrcIP|SrcIP_DynamicAttribute|SrcPort|SSLActualAction|SSLCertificate|SSLCipherSuite|SSLExpectedAction|SSLFlowStatus
SSLPolicy|SSLRuleName|SSLServerCertStatus|SSLServerName|SSLSessionID|SSLTicketID|SSLURLCategory|SSLVersion|TCPFlags
ThreatName|ThreatScore|Tunnel or Prefilter Rule|URI|URL|URLCategory|URLDomainCategory|URLReputation|URLSICategory
User|UserAgent|UserName|VLAN_ID|WebAppDetector|WebApplication`.split(/[|\n]/),
)

const keyMax = Math.max(...[...keys].map((key) => key.length))

export type Pairs = {
  /** By key; of a key that stands twice, the first. */
  readonly values: ReadonlyMap<string, string>
  /** The line ends inside a key: it was cut, and what was cut off is not known (traps C2). */
  readonly isCut: boolean
}

/** @param body what stands behind the tag */
export function pairsOf(body: string): Pairs {
  const values = new Map<string, string>()
  let key: string | undefined
  let from = 0
  let isCut = false
  for (let at = 0; at >= 0 && at < body.length; ) {
    const found = keyAt(body, at)
    if (found !== undefined) {
      if (key !== undefined) keep(values, key, body.slice(from, at - 2))
      key = found
      from = at + found.length + 2
    }
    const comma = body.indexOf(', ', found === undefined ? at : from)
    if (comma < 0) break
    at = comma + 2
  }
  const last = body.lastIndexOf(', ')
  isCut = last >= from && isBeginOfKey(body.slice(last + 2))
  const isEmptyEnd = key !== undefined && from > body.length
  if (key !== undefined && !isEmptyEnd) keep(values, key, isCut ? body.slice(from, last) : body.slice(from))
  return { values, isCut: isCut || isEmptyEnd }
}

/** @returns the value of the first pair of that key up to the next comma, without splitting the rest. */
export function firstValue(body: string, key: string): string | undefined {
  const wanted = `${key}: `
  const at = body.startsWith(wanted) ? 0 : body.indexOf(`, ${wanted}`)
  if (at < 0) return undefined
  const from = at === 0 && body.startsWith(wanted) ? wanted.length : at + wanted.length + 2
  const end = body.indexOf(',', from)
  return (end < 0 ? body.slice(from) : body.slice(from, end)).trim()
}

function keyAt(body: string, at: number): string | undefined {
  // Only as far as a key may reach: a search to the end of the body at every comma would be quadratic.
  const reach = body.slice(at, at + keyMax + 2)
  const colon = reach.indexOf(':')
  if (colon < 0 || (reach.length > colon + 1 && reach.charCodeAt(colon + 1) !== 0x20)) return undefined
  const key = reach.slice(0, colon)
  return keys.has(key) ? key : undefined
}

function isBeginOfKey(fragment: string): boolean {
  const text = fragment.replace(/:$/, '')
  if (text === '' || text.length > keyMax || text.includes(': ')) return text === ''
  for (const key of keys) if (key.startsWith(text)) return true
  return false
}

function keep(values: Map<string, string>, key: string, value: string): void {
  const text = value.trim()
  if (text !== '' && !values.has(key)) values.set(key, text)
}
