// The demonstration's Zeek, beside the core switch: conn.log and dns.log as JSON, by default without `_path`.
import type { Happening } from './happening.ts'

/** @returns the lines that Zeek writes, by log. */
export function zeekLines(happened: readonly Happening[]): {
  readonly zeekConn: string[]
  readonly zeekDns: string[]
} {
  return { zeekConn: happened.flatMap(conn), zeekDns: happened.flatMap(dns) }
}

function conn(happening: Happening): string[] {
  const { carried, protocol } = happening
  if (carried.kind !== 'bytes') return []
  return [
    JSON.stringify({
      ...head(happening, -carried.lastedMs),
      proto: protocol.toLowerCase(),
      duration: carried.lastedMs / 1000,
      orig_bytes: carried.up,
      resp_bytes: carried.down,
      conn_state: 'SF',
      history: 'ShADadfF',
    }),
  ]
}

function dns(happening: Happening): string[] {
  const { carried } = happening
  if (carried.kind !== 'dns') return []
  return [
    JSON.stringify({
      ...head(happening),
      proto: 'udp',
      query: carried.name,
      qclass_name: 'C_INTERNET',
      qtype_name: 'A',
      rcode_name: 'NOERROR',
      answers: [carried.address],
      TTLs: [300],
    }),
  ]
}

function head(happening: Happening, afterMs = 0): Record<string, unknown> {
  return {
    ts: (happening.at + afterMs) / 1000,
    uid: `C${happening.number.toString(36)}`,
    'id.orig_h': happening.source,
    'id.orig_p': happening.sourcePort,
    'id.resp_h': happening.target,
    'id.resp_p': happening.targetPort,
  }
}
