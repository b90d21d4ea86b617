// What the members http, tls, fileinfo, smtp and email of an EVE event hold.
import type { Observable } from '../../core/observable.ts'
import { gatherCommonName, gatherFileHashes, gatherRequest } from '../gather.ts'
import type { Evidence } from '../evidence.ts'
import { type JsonRecord, listOf, numberOf, textOf } from '../json-value.ts'

/** `hostname` may be missing or hold a port; `url` is a path, an absolute URL, or neither (traps C5). */
export function gatherHttp(http: JsonRecord, client: Observable | undefined, evidence: Evidence): void {
  gatherRequest(
    {
      host: textOf(http['hostname']),
      port: numberOf(http['http_port']),
      target: textOf(http['url']),
      referrer: textOf(http['http_refer']),
      redirect: textOf(http['redirect']) ?? textOf(http['location']),
      userAgent: textOf(http['http_user_agent']),
    },
    client,
    evidence,
  )
  const forwarded = textOf(http['xff']) ?? textOf(http['xff_header']) // renamed in 7.0 (traps C5)
  if (forwarded !== undefined) for (const hop of forwarded.split(',', 16)) evidence.address(hop.trim())
}

export function gatherCertificate(tls: JsonRecord, client: Observable | undefined, evidence: Evidence): void {
  evidence.relate(client, 'Connected_To', evidence.name(textOf(tls['sni'])))
  gatherCommonName(textOf(tls['subject']), evidence)
  evidence.add('certificate_issuer', textOf(tls['issuerdn']))
  evidence.add('certificate_serial', textOf(tls['serial']))
  evidence.add('sha1', textOf(tls['fingerprint'])?.replaceAll(':', ''))
  for (const name of listOf(tls['subjectaltname'])) evidence.name(textOf(name))
}

/** The event's source is the sender of the file, whoever opened the connection (traps C5). */
export function gatherFile(
  file: JsonRecord,
  ends: { readonly sender: Observable | undefined; readonly receiver: Observable | undefined },
  evidence: Evidence,
): void {
  gatherFileHashes(
    {
      sha256: textOf(file['sha256']),
      sha1: textOf(file['sha1']),
      md5: textOf(file['md5']),
      name: textOf(file['filename']),
    },
    ends,
    evidence,
  )
}

export function gatherMail(smtp: JsonRecord | undefined, mail: JsonRecord | undefined, evidence: Evidence): void {
  evidence.host(textOf(smtp?.['helo']))
  const sender = evidence.email(textOf(smtp?.['mail_from'])) ?? evidence.email(textOf(mail?.['from']))
  evidence.email(textOf(mail?.['from']))
  for (const list of [smtp?.['rcpt_to'], mail?.['to'], mail?.['cc'], mail?.['bcc']]) {
    for (const receiver of listOf(list)) evidence.relate(sender, 'Sent_To', evidence.email(textOf(receiver)))
  }
  evidence.add('email_subject', textOf(mail?.['subject']))
  evidence.add('email_messageid', textOf(mail?.['message_id']))
  for (const name of listOf(mail?.['attachment'])) evidence.file(textOf(name))
  for (const link of listOf(mail?.['url'])) gatherLink(textOf(link), evidence)
}

export function gatherUser(name: string | undefined, client: Observable | undefined, evidence: Evidence): void {
  evidence.relate(client, 'Used_By', evidence.add('user', name))
}

/** Suricata writes the links of a mail without their scheme: then only the host is certain. */
function gatherLink(link: string | undefined, evidence: Evidence): void {
  if (link === undefined || evidence.url(link) !== undefined) return
  const host = /^[a-zA-Z0-9_-][\w.-]{0,252}\.[a-zA-Z]{2,63}(?=[:/?#]|$)/.exec(link)?.[0]
  evidence.name(host)
}
