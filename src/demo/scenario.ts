// The demonstration: EVE lines of one attack story among ordinary traffic, the same for the same seed. Original data;
// addresses and names of documentation only (RFC 5737, RFC 2606).

export const story = {
  victim: '192.0.2.57',
  server: '203.0.113.77',
  domain: 'update-check.example',
  mail: 'billing@invoices.example',
  file: 'invoice-4711.zip',
  sha256: '5d1c9bde0ba9a8cb1f6a3a3ac4d0a3c9f1de3f5b8b7c6f0e9a4b1b2c3d4e5f60',
  internalTarget: '192.0.2.10',
  dropZone: '198.51.100.203',
} as const

/** A small, fast, seeded generator (mulberry32): the same seed gives the same story. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

type Line = Record<string, unknown>

const sites = [
  'www.example.com',
  'mail.example.org',
  'cdn.example.net',
  'docs.example',
  'intranet.example',
  'shop.example',
  'video.example.net',
  'weather.example.org',
]
const agents = ['Mozilla/5.0 (X11; Linux x86_64)', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64)', 'curl/8.5.0']

/** Makes lines for given instants; the story repeats its beacon for as long as lines are asked for. */
export class Scenario {
  readonly #random: () => number
  #flow = 1_000_000_000_000
  #step = 0

  constructor(seed: number) {
    this.#random = seededRandom(seed)
  }

  /** @returns the lines of one step at instant `at` (Unix ms): ordinary traffic, and every so often a piece of the story. */
  next(at: number): string[] {
    this.#step += 1
    const lines = [this.#ordinary(at)]
    if (this.#step % 12 === 5) lines.push(...this.#story(at, Math.floor(this.#step / 12)))
    return lines.map((line) => JSON.stringify(line))
  }

  #base(at: number, type: string, source: string, target: string, port: number, proto = 'TCP'): Line {
    this.#flow += 1 + Math.floor(this.#random() * 1e6)
    return {
      timestamp: new Date(at).toISOString().replace('Z', '000+0000'),
      flow_id: this.#flow,
      in_iface: 'demo0',
      event_type: type,
      src_ip: source,
      src_port: 49152 + Math.floor(this.#random() * 16000),
      dest_ip: target,
      dest_port: port,
      proto,
    }
  }

  #pick<T>(values: readonly T[]): T {
    const value = values[Math.floor(this.#random() * values.length)]
    return value ?? (values[0] as T)
  }

  #ordinary(at: number): Line {
    const client = `192.0.2.${20 + Math.floor(this.#random() * 60)}`
    const site = this.#pick(sites)
    const address = `198.51.100.${1 + sites.indexOf(site) * 7}`
    const kind = this.#random()
    if (kind < 0.35) {
      const query = this.#base(at, 'dns', client, '192.0.2.53', 53, 'UDP')
      return {
        ...query,
        dns: {
          version: 2,
          type: 'answer',
          id: Math.floor(this.#random() * 65536),
          rrname: site,
          rrtype: 'A',
          rcode: 'NOERROR',
          answers: [{ rrname: site, rrtype: 'A', ttl: 300, rdata: address }],
        },
      }
    }
    if (kind < 0.55) return { ...this.#base(at, 'tls', client, address, 443), tls: { sni: site, version: 'TLS 1.3' } }
    if (kind < 0.7)
      return {
        ...this.#base(at, 'http', client, address, 80),
        http: {
          hostname: site,
          url: `/page/${Math.floor(this.#random() * 100)}`,
          http_user_agent: this.#pick(agents),
          http_method: 'GET',
          protocol: 'HTTP/1.1',
          status: 200,
          length: Math.floor(this.#random() * 50000),
        },
      }
    return this.#flowRecord(at, client, address, 443, Math.floor(this.#random() * 90000))
  }

  #flowRecord(at: number, source: string, target: string, port: number, bytes: number): Line {
    const line = this.#base(at, 'flow', source, target, port)
    const began = new Date(at - 1000 - Math.floor(this.#random() * 20000)).toISOString().replace('Z', '000+0000')
    return {
      ...line,
      app_proto: port === 443 ? 'tls' : 'failed',
      flow: {
        pkts_toserver: 12,
        pkts_toclient: 14,
        bytes_toserver: Math.floor(bytes / 9),
        bytes_toclient: bytes,
        start: began,
        end: line['timestamp'],
        age: 12,
        state: 'closed',
        reason: 'timeout',
        alerted: false,
      },
    }
  }

  #alert(line: Line, sid: number, signature: string, severity: number, category: string): Line {
    return {
      ...line,
      event_type: 'alert',
      alert: { action: 'allowed', gid: 1, signature_id: sid, rev: 1, signature, category, severity },
    }
  }

  /** Phish, download, beacon, lateral movement, exfiltration; then the beacon goes on. */
  #story(at: number, chapter: number): Line[] {
    const s = story
    const beacon = () => [
      {
        ...this.#base(at, 'dns', s.victim, '192.0.2.53', 53, 'UDP'),
        dns: {
          version: 2,
          type: 'answer',
          rrname: s.domain,
          rrtype: 'A',
          rcode: 'NOERROR',
          answers: [{ rrname: s.domain, rrtype: 'A', ttl: 60, rdata: s.server }],
        },
      },
      {
        ...this.#alert(
          this.#base(at + 40, 'alert', s.victim, s.server, 443),
          9000003,
          'DEMO Beacon to a known command server',
          1,
          'A Network Trojan was detected',
        ),
        tls: { sni: s.domain },
      },
    ]
    switch (chapter) {
      case 0:
        return [
          {
            ...this.#base(at, 'smtp', '198.51.100.25', '192.0.2.25', 25),
            smtp: { helo: 'mx.invoices.example', mail_from: `<${s.mail}>`, rcpt_to: ['<erin@corp.example>'] },
            email: { status: 'PARSE_DONE', from: s.mail, to: ['erin@corp.example'], attachment: [s.file] },
          },
        ]
      case 1:
        return [
          {
            ...this.#base(at, 'http', s.victim, s.server, 80),
            http: {
              hostname: s.domain,
              url: `/d/${s.file}`,
              http_user_agent: this.#pick(agents),
              http_method: 'GET',
              protocol: 'HTTP/1.1',
              status: 200,
              length: 48211,
            },
          },
          {
            ...this.#base(at + 20, 'fileinfo', s.server, s.victim, 49800),
            app_proto: 'http',
            http: { hostname: s.domain, url: `/d/${s.file}` },
            fileinfo: {
              filename: `/d/${s.file}`,
              sha256: s.sha256,
              state: 'CLOSED',
              stored: false,
              size: 48211,
              gaps: false,
            },
          },
          {
            ...this.#alert(
              this.#base(at + 30, 'alert', s.server, s.victim, 49800),
              9000001,
              'DEMO Archive with a script from a new domain',
              2,
              'Potentially Bad Traffic',
            ),
            http: { hostname: s.domain, url: `/d/${s.file}` },
          },
        ]
      case 4:
        return [
          this.#alert(
            this.#base(at, 'alert', s.victim, s.internalTarget, 445),
            9000004,
            'DEMO Remote service created over SMB',
            1,
            'Lateral Movement',
          ),
        ]
      case 6:
        return [
          this.#flowRecord(at, s.victim, s.dropZone, 443, 900),
          this.#alert(
            this.#base(at + 10, 'alert', s.victim, s.dropZone, 443),
            9000005,
            'DEMO Large upload to a rare address',
            2,
            'Potential Corporate Privacy Violation',
          ),
        ]
      default:
        return beacon()
    }
  }
}
