// The original's routes on the devices' listener: what its four curl tests and a device ask (original-system A8, B8
// rows 1, 11 and 12). Without a certificate they answer 403, which proves the way, and say what is missing.
import type { IncomingMessage } from 'node:http'
import { Fault } from '../../core/fault.ts'
import { channelPath } from '../../wire/channel/messages.ts'
import { type ClientRecord, clientsPath, type RoleUrls } from '../../wire/registration/clients.ts'
import { type Answer, faultAnswer, forbiddenAnswer, jsonAnswer } from './answer.ts'
import type { Judgement } from './judge.ts'

/** @param roles of the region that this exchange is */
export function originalAnswer(request: IncomingMessage, path: string, judgement: Judgement, roles: RoleUrls): Answer {
  if (path !== '/' && path !== clientsPath && path !== channelPath)
    return faultAnswer(new Fault('route.unknown', { what: 'There is no such address here', remedy: 'Check the URL.' }))
  if (request.method !== 'GET')
    return { status: 405, type: 'text/plain; charset=utf-8', body: 'Method Not Allowed\n', headers: { Allow: 'GET' } }
  if (judgement.kind !== 'device') {
    if (path === channelPath) return refusedChannel(judgement)
    return forbiddenAnswer(judgement.kind === 'refused' ? judgement.fault : missing())
  }
  if (path === channelPath)
    return {
      status: 426,
      type: 'text/plain; charset=utf-8',
      body: 'Upgrade Required\n',
      headers: { Upgrade: 'websocket' },
    }
  const { device, organisation } = judgement.certificate
  if (path === '/') return jsonAnswer({ v: 1, roles: rolesAt(request.headers.host ?? '', roles) })
  return jsonAnswer({ v: 1, clientId: device, organisation, roles } satisfies ClientRecord)
}

/** The channel tells "none" (401) from "not this one" (403), as EST does (B8). */
export function refusedChannel(judgement: Exclude<Judgement, { readonly kind: 'device' }>): Answer {
  return faultAnswer(judgement.kind === 'refused' ? judgement.fault : missing())
}

/** The roles that the name asked for plays; one name may play all. */
function rolesAt(host: string, roles: RoleUrls): readonly string[] {
  return Object.entries(roles)
    .filter(([, url]) => new URL(url).host === host.toLowerCase())
    .map(([role]) => role)
}

function missing(): Fault {
  return new Fault('identity.missing', { what: 'No client certificate was shown' })
}
