// ADDR:PORT as people type it.
import { Fault } from '../core/fault.ts'

export type Address = { readonly host: string; readonly port: number }

/** @returns the address; brackets of IPv6 are taken off. @throws Fault `input.malformed` */
export function parseAddress(text: string, option: string): Address {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:\s]+)):(\d{1,5})$/.exec(text)
  const host = match?.[1] ?? match?.[2]
  const port = Number(match?.[3])
  if (host === undefined || port > 65_535)
    throw new Fault('input.malformed', {
      what: `${option} "${text}" is no ADDR:PORT`,
      remedy: `Give e.g. ${option} 127.0.0.1:0.`,
    })
  return { host, port }
}

/** @returns `HOST:PORT`, IPv6 in brackets. */
export function formatAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
