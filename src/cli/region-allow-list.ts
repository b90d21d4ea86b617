// `sallyport region allow-list`: what a firewall must let out of a device's management interface, by name and port, never
// by address: addresses change, and who allowed them lost events (original-system A7, B12).
import { existsSync } from 'node:fs'
import { isIP } from 'node:net'
import { join } from 'node:path'
import type { RegionRecord } from '../wire/api/fleet.ts'
import { ownerKeyFile } from '../wire/endpoint.ts'
import type { RoleUrls } from '../wire/registration/clients.ts'
import { openClient } from './client.ts'
import { dataOption } from './options.ts'
import { type OutputFormat, outputOption, print } from './output.ts'
import { type DefineCommand, examples, type Session } from './session.ts'
import { say } from './terminal.ts'
import { suggest } from './suggest.ts'

type Options = { readonly data: string; readonly output: OutputFormat }

type Allowed = {
  readonly host: string
  readonly port: number
  readonly protocol: 'tcp'
  readonly roles: readonly string[]
}

export const regionAllowList: DefineCommand = (command, session) => {
  command
    .addOption(dataOption())
    .addOption(outputOption())
    .addHelpText(
      'after',
      examples([
        ['sallyport region allow-list', 'on the exchange, or on a device that is enrolled'],
        ['sallyport region allow-list -o jsonl', 'a line for each name, for a firewall script'],
      ]),
    )
    .action(
      session.runs(async (options: Options) => {
        const { roles, names } = await regionFor(session, options.data)
        const allowed = allowList(roles, names)
        await print(session.terminal, options.output, {
          document: { v: 1, allow: allowed },
          rows: allowed,
          table: {
            columns: [{ title: 'HOST' }, { title: 'PORT', right: true }, { title: 'PROTOCOL' }, { title: 'ROLES' }],
            rows: allowed.map(({ host, port, roles: of }) => [host, String(port), 'tcp, TLS', of.join(', ')]),
          },
        })
        say(session.terminal, "Allow these outbound from each device's management interface, without TLS inspection.")
        const address = allowed.find(({ host }) => isIP(host) !== 0)
        if (address !== undefined)
          say(
            session.terminal,
            `note: ${address.host} is an address, for the exchange has no name; give it one with sallyport exchange --name HOST`,
          )
        await suggest(session, options, 'doctor')
        return 0
      }),
    )
}

/** The server's own word where this is a server's folder; else what the device was told when it enrolled. */
async function regionFor(session: Session, data: string): Promise<Pick<RegionRecord, 'roles' | 'names'>> {
  const roles = existsSync(join(data, ownerKeyFile)) ? undefined : await session.ports.device.roles(data)
  if (roles !== undefined) return { roles, names: [] }
  await using client = await openClient(session, data, 'server')
  return await client.get<RegionRecord>('region')
}

/** @returns each host and port once, in the order of the roles, with what is reached there */
export function allowList(roles: RoleUrls, names: readonly string[]): Allowed[] {
  const found = new Map<string, { host: string; port: number; roles: string[] }>()
  const add = (url: URL, role: string) => {
    const host = url.hostname.replace(/^\[|\]$/g, '')
    const port = url.port === '' ? 443 : Number(url.port)
    const entry = found.get(`${host} ${port}`) ?? { host, port, roles: [] }
    entry.roles.push(role)
    found.set(`${host} ${port}`, entry)
  }
  const of = { api: roles.api, enrol: roles.enrol, ingest: roles.ingest, messages: roles.messages }
  for (const [role, url] of Object.entries(of)) add(new URL(url), role)
  const first = new URL(roles.api)
  for (const name of names) {
    const url = new URL(`https://${name}`)
    // A name without a port means that of the roles; the first of them is in the roles already.
    if (!/:\d+$/.test(name)) url.port = first.port
    if (url.host !== first.host) add(url, 'further name')
  }
  return [...found.values()].map((entry) => ({ ...entry, protocol: 'tcp' }))
}
