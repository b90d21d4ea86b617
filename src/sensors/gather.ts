// What several sensors tell about alike: an HTTP request, a file with its hashes, a certificate's name.
import type { Observable } from '../core/observable.ts'
import { type Evidence, splitPort } from './evidence.ts'

export type Request = {
  /** As in the Host header, perhaps with a port. */
  readonly host: string | undefined
  /** Port of the host, where it is told apart. */
  readonly port: number | undefined
  /** Path, absolute URL, or what CONNECT names. */
  readonly target: string | undefined
  readonly referrer: string | undefined
  readonly redirect: string | undefined
  readonly userAgent: string | undefined
}

/** A URL is made only where it parses; a `Location` may be relative to it. */
export function gatherRequest(request: Request, client: Observable | undefined, evidence: Evidence): void {
  const host = evidence.host(request.host)
  evidence.relate(client, 'Connected_To', host)
  const url = evidence.url(urlOf(request))
  evidence.relate(client, 'Connected_To', url)
  evidence.relate(url, 'Contains', host)
  if (request.redirect !== undefined) {
    const next = evidence.url(absoluteOf(request.redirect, url?.value))
    evidence.relate(url, 'Redirects_To', next)
  }
  evidence.relate(evidence.url(request.referrer), 'Refers_To', url)
  evidence.add('user_agent', request.userAgent)
}

export type FileSeen = {
  readonly sha256: string | undefined
  readonly sha1: string | undefined
  readonly md5: string | undefined
  readonly name: string | undefined
}

/** The strongest hash stands for the file; hashes may all be missing, and the name be a path (traps C5). */
export function gatherFileHashes(
  file: FileSeen,
  ends: { readonly sender: Observable | undefined; readonly receiver: Observable | undefined },
  evidence: Evidence,
): void {
  const sha256 = evidence.add('sha256', file.sha256)
  const sha1 = evidence.add('sha1', file.sha1)
  const md5 = evidence.add('md5', file.md5)
  const name = evidence.file(file.name)
  const hash = sha256 ?? sha1 ?? md5
  evidence.relate(hash, 'Characterized_By', name)
  const thing = hash ?? name
  evidence.relate(thing, 'Downloaded_From', ends.sender)
  evidence.relate(thing, 'Downloaded_To', ends.receiver)
}

/** @param subject a distinguished name, as `C=US, O=Example, CN=www.example.com` */
export function gatherCommonName(subject: string | undefined, evidence: Evidence): void {
  if (subject === undefined) return
  const name = /(?:^|[,/])\s?CN=((?:\\.|[^,\\/])*)/.exec(subject)?.[1]
  evidence.add('certificate_common_name', name)
}

function urlOf(request: Request): string | undefined {
  const { target, host } = request
  if (target === undefined) return undefined
  if (!target.startsWith('/')) return target // absolute, or none: what parses is one
  if (host === undefined) return undefined
  const split = splitPort(host)
  const port = split.port ?? request.port
  const name = split.host.includes(':') ? `[${split.host}]` : split.host
  return `http://${name}${port === undefined || port === 80 ? '' : `:${port}`}${target}`
}

function absoluteOf(target: string, base: string | undefined): string {
  return base !== undefined && URL.canParse(target, base) && !URL.canParse(target) ? new URL(target, base).href : target
}
