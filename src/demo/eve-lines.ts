// The demonstration's Suricata, at the edge: it sees everything (EVE of version 7).
import type { Carried, Happening } from './happening.ts'

type Line = Record<string, unknown>

/** @returns the lines that Suricata writes of it, newline-free. */
export function eveLines(happening: Happening): string[] {
  const lines = [described(happening)]
  const { alert } = happening
  if (alert !== undefined)
    lines.push({
      ...head(happening, 'alert', 10),
      ...context(happening.carried),
      alert: {
        action: 'allowed',
        gid: 1,
        signature_id: alert.sid,
        rev: 1,
        signature: alert.signature,
        category: alert.category,
        severity: alert.severity,
      },
    })
  return lines.map((line) => JSON.stringify(line))
}

function head(happening: Happening, type: string, afterMs = 0): Line {
  const { at, number, source, sourcePort, target, targetPort, protocol } = happening
  return {
    timestamp: stamp(at + afterMs),
    flow_id: number,
    in_iface: 'demo0',
    event_type: type,
    src_ip: source,
    src_port: sourcePort,
    dest_ip: target,
    dest_port: targetPort,
    proto: protocol,
  }
}

function described(happening: Happening): Line {
  const { carried } = happening
  switch (carried.kind) {
    case 'dns':
      return { ...head(happening, 'dns'), ...context(carried) }
    case 'tls':
      return { ...head(happening, 'tls'), tls: { sni: carried.name, version: 'TLS 1.3' } }
    case 'http':
      return { ...head(happening, 'http'), ...context(carried) }
    case 'mail':
      return {
        ...head(happening, 'smtp'),
        smtp: { helo: carried.helo, mail_from: `<${carried.from}>`, rcpt_to: [`<${carried.to}>`] },
        email: { status: 'PARSE_DONE', from: carried.from, to: [carried.to], attachment: [carried.attachment] },
      }
    case 'file':
      return {
        ...head(happening, 'fileinfo'),
        app_proto: 'http',
        ...context(carried),
        fileinfo: {
          filename: carried.path,
          sha256: carried.sha256,
          state: 'CLOSED',
          stored: false,
          size: carried.bytes,
          gaps: false,
        },
      }
    case 'bytes':
      return flowLine(happening, carried)
    default:
      return carried satisfies never
  }
}

function flowLine(happening: Happening, carried: Carried & { readonly kind: 'bytes' }): Line {
  const { at, alert, targetPort } = happening
  return {
    ...head(happening, 'flow'),
    app_proto: targetPort === 443 ? 'tls' : targetPort === 445 ? 'smb' : 'failed',
    flow: {
      pkts_toserver: 12,
      pkts_toclient: 14,
      bytes_toserver: carried.up,
      bytes_toclient: carried.down,
      start: stamp(at - carried.lastedMs),
      end: stamp(at),
      age: Math.round(carried.lastedMs / 1000),
      state: 'closed',
      reason: 'timeout',
      alerted: alert !== undefined,
    },
  }
}

/** What the protocol said, as both the record of it and an alert on it carry. */
function context(carried: Carried): Line {
  switch (carried.kind) {
    case 'dns':
      return {
        dns: {
          version: 2,
          type: 'answer',
          rrname: carried.name,
          rrtype: 'A',
          rcode: 'NOERROR',
          answers: [{ rrname: carried.name, rrtype: 'A', ttl: 300, rdata: carried.address }],
        },
      }
    case 'tls':
      return { tls: { sni: carried.name } }
    case 'http':
      return {
        http: {
          hostname: carried.name,
          url: carried.path,
          http_user_agent: carried.agent,
          http_method: 'GET',
          protocol: 'HTTP/1.1',
          status: 200,
          length: carried.bytes,
        },
      }
    case 'file':
      return { http: { hostname: carried.name, url: carried.path } }
    case 'mail':
    case 'bytes':
      return {}
    default:
      return carried satisfies never
  }
}

/** Suricata's own form, microseconds and offset without colon. */
function stamp(at: number): string {
  return new Date(at).toISOString().replace('Z', '000+0000')
}
