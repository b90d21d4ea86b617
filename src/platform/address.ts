// A host and port as people and URLs write them: `HOST:PORT`, an IPv6 address in brackets.

export type Address = { readonly host: string; readonly port: number }

/** @returns host and port of `ADDR:PORT`, brackets taken off. @throws RangeError where it is none */
export function parseAddress(text: string): Address {
  const match = /^(?:\[([0-9a-f:.%a-z]+)\]|([^\s:[\]/]+)):(\d{1,5})$/i.exec(text)
  const host = match?.[1] ?? match?.[2]
  const port = Number(match?.[3])
  if (host === undefined || port > 65_535) throw new RangeError(`"${text.slice(0, 80)}" is no ADDR:PORT`)
  return { host, port }
}

/** @returns `HOST:PORT`, IPv6 in brackets */
export function formatAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
