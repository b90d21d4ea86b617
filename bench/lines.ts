// Seeded lines as Suricata writes them, for benches: original templates, names under .example, every line distinct. The
// mix is that of performance 1: 30 % alert, 25 flow, 16 dns, 12 http, 9 fileinfo, 6 tls, 2 smtp; runs of 1–6 lines share
// a flow; addresses and names are drawn by Zipf's law; on average 1.0–1.3 kB a line.

import { agents, httpHeaders, payloadText, signatures, startAt, tcpState } from './line-templates.ts'

export const mix = { alert: 30, flow: 25, dns: 16, http: 12, fileinfo: 9, tls: 6, smtp: 2 } as const
type LineType = keyof typeof mix

type Flow = {
  readonly id: string
  readonly source: string
  readonly target: string
  readonly sourcePort: number
  readonly targetPort: number
  readonly community: string
  readonly host: string
  left: number
}

/** A generator of lines; the same seed gives the same lines. */
export class LineMaker {
  #state: number
  #at = startAt
  #flow: Flow | undefined
  #lines = 0

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** @returns the next line, without LF. */
  next(): string {
    this.#lines++
    this.#at += 1 + this.#below(3)
    const flow = this.#nextFlow()
    return JSON.stringify(this.#event(this.#type(), flow))
  }

  /** mulberry32: small, quick, the same everywhere. */
  #random(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let t = this.#state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit)
  }

  /** A rank from 0, the first the most frequent (Zipf with exponent about 1). */
  #rank(limit: number): number {
    return Math.min(limit - 1, Math.floor(limit ** this.#random()) - 1)
  }

  #hex(digits: number): string {
    let text = ''
    while (text.length < digits) text += this.#below(0x100000000).toString(16).padStart(8, '0')
    return text.slice(0, digits)
  }

  #type(): LineType {
    let rest = this.#below(100)
    for (const [type, share] of Object.entries(mix)) {
      rest -= share
      if (rest < 0 && type in mix) return type as LineType
    }
    return 'flow'
  }

  #nextFlow(): Flow {
    if (this.#flow !== undefined && this.#flow.left-- > 0) return this.#flow
    const inside = this.#rank(4_000)
    const outside = this.#rank(120_000)
    this.#flow = {
      id: `${1 + this.#below(1_000_000)}${this.#below(1_000_000_000).toString().padStart(9, '0')}`,
      source: `10.${inside % 4}.${(inside >> 2) % 256}.${1 + ((inside * 7) % 250)}`,
      target: `${20 + (outside % 160)}.${(outside >> 3) % 256}.${(outside >> 9) % 256}.${1 + ((outside * 13) % 250)}`,
      sourcePort: 32_768 + this.#below(28_000),
      targetPort: [443, 80, 53, 25, 8080, 445][this.#rank(6)] ?? 443,
      community: `1:${Buffer.from(this.#hex(40), 'hex').toString('base64')}`,
      host: this.#name(),
      left: this.#below(6),
    }
    return this.#flow
  }

  #name(): string {
    const rank = this.#rank(60_000)
    const words = ['mail', 'cdn', 'update', 'login', 'static', 'api', 'files', 'portal']
    return `${words[rank % words.length]}${rank % 211}.site${rank % 9_001}.example`
  }

  #event(type: LineType, flow: Flow): Record<string, unknown> {
    const common = {
      timestamp: `${new Date(this.#at).toISOString().slice(0, 23)}${this.#below(1_000).toString().padStart(3, '0')}+0000`,
      flow_id: '#flow#',
      in_iface: 'eth0',
      event_type: type,
      src_ip: flow.source,
      src_port: flow.sourcePort,
      dest_ip: flow.target,
      dest_port: flow.targetPort,
      proto: type === 'dns' ? 'UDP' : 'TCP',
      community_id: flow.community,
    }
    return { ...common, flow_id: Number(flow.id.slice(0, 15)), ...this.#body(type, flow) }
  }

  #body(type: LineType, flow: Flow): Record<string, unknown> {
    switch (type) {
      case 'alert':
        return {
          ...this.#alert(),
          app_proto: 'http',
          http: this.#http(flow),
          flow: this.#flowCounts(),
          ...this.#payload(flow),
        }
      case 'flow':
        return {
          app_proto: 'tls',
          flow: { ...this.#flowCounts(), ...this.#flowEnd() },
          tcp: tcpState,
          metadata: this.#metadata(),
        }
      case 'dns':
        return { dns: this.#dns(flow), metadata: this.#metadata() }
      case 'http':
        return { tx_id: this.#below(9), http: { ...this.#http(flow), ...httpHeaders }, metadata: this.#metadata() }
      case 'fileinfo':
        return { http: this.#http(flow), app_proto: 'http', fileinfo: this.#file(), metadata: this.#metadata() }
      case 'tls':
        return { tls: this.#tls(flow), metadata: this.#metadata() }
      case 'smtp':
        return {
          tx_id: 0,
          smtp: {
            helo: flow.host,
            mail_from: `<user${this.#rank(900)}@${flow.host}>`,
            rcpt_to: [`<staff${this.#rank(90)}@corp.example>`],
          },
          metadata: this.#metadata(),
        }
      default:
        return type satisfies never
    }
  }

  #alert(): Record<string, unknown> {
    const signature = signatures[this.#below(signatures.length)]
    return {
      alert: {
        action: 'allowed',
        gid: 1,
        signature_id: signature?.sid,
        rev: 3,
        signature: signature?.name,
        category: signature?.category,
        severity: signature?.severity,
        metadata: {
          created_at: ['2023_05_11'],
          updated_at: ['2025_02_19'],
          attack_target: ['Client_Endpoint'],
          deployment: ['Perimeter'],
          signature_severity: ['Major'],
        },
      },
    }
  }

  #flowCounts(): Record<string, unknown> {
    return {
      pkts_toserver: 1 + this.#below(400),
      pkts_toclient: 1 + this.#below(400),
      bytes_toserver: 60 + this.#below(90_000),
      bytes_toclient: 60 + this.#below(900_000),
      start: `${new Date(this.#at - this.#below(60_000)).toISOString().slice(0, 23)}000+0000`,
    }
  }

  #flowEnd(): Record<string, unknown> {
    return {
      end: `${new Date(this.#at).toISOString().slice(0, 23)}000+0000`,
      age: this.#below(60),
      state: 'closed',
      reason: 'timeout',
      alerted: this.#below(9) === 0,
    }
  }

  #metadata(): Record<string, unknown> {
    return {
      flowbits: ['http.dottedquadhost', 'exe.no.referer', 'min.gethttp'],
      flowints: { 'applayer.anomaly.count': this.#below(4), 'tcp.retransmission.count': this.#below(9) },
      capture: {
        sensor: 'fw-edge-01',
        queue: this.#below(16),
        offset: this.#below(900_000_000),
        checksum: this.#hex(16),
      },
    }
  }

  #http(flow: Flow): Record<string, unknown> {
    return {
      hostname: flow.host,
      url: `/${['news', 'images', 'download', 'api/v2/items'][this.#rank(4)]}/${this.#rank(3_000)}?ref=${this.#rank(50)}`,
      http_user_agent: agents[this.#rank(agents.length)],
      http_content_type: 'text/html',
      http_method: 'GET',
      protocol: 'HTTP/1.1',
      status: [200, 304, 404][this.#rank(3)],
      length: this.#below(90_000),
      xff_digest: this.#hex(16),
    }
  }

  #dns(flow: Flow): Record<string, unknown> {
    return {
      version: 2,
      type: 'answer',
      id: this.#below(65_536),
      flags: '8180',
      qr: true,
      rd: true,
      ra: true,
      opcode: 0,
      rrname: flow.host,
      rrtype: 'A',
      rcode: 'NOERROR',
      answers: [{ rrname: flow.host, rrtype: 'A', ttl: this.#below(3_600), rdata: flow.target }],
      grouped: { A: [flow.target] },
    }
  }

  #file(): Record<string, unknown> {
    return {
      filename: `/download/setup-${this.#rank(2_000)}.bin`,
      magic: 'PE32 executable (GUI) Intel 80386, for MS Windows',
      gaps: false,
      state: 'CLOSED',
      md5: this.#hex(32),
      sha256: this.#hex(64),
      stored: false,
      size: this.#below(9_000_000),
      tx_id: this.#below(9),
    }
  }

  #tls(flow: Flow): Record<string, unknown> {
    return {
      subject: `CN=${flow.host}`,
      issuerdn: 'C=XX, O=Example Trust Services, CN=Example Issuing CA 3',
      serial: `0${this.#hex(1)}:${(this.#hex(30).match(/../g) ?? []).join(':').toUpperCase()}`,
      fingerprint: (this.#hex(40).match(/../g) ?? []).join(':'),
      sni: flow.host,
      version: 'TLS 1.2',
      notbefore: '2026-01-11T00:00:00',
      notafter: '2027-01-11T23:59:59',
      ja3: {
        hash: ['771a', '6fa3', 'b32c', '19e2'][this.#rank(4)]?.repeat(8),
        string: '771,4865-4866-4867-49195-49199-49196-49200,0-23-65281-10-11-35-16-5-13,29-23-24,0',
      },
    }
  }

  #payload(flow: Flow): Record<string, unknown> {
    const at = 22 + (this.#lines % 3)
    const text =
      payloadText.slice(0, at) + this.#hex(24) + payloadText.slice(at, 200 + (this.#lines % 100)) + this.#hex(48)
    const bytes = Buffer.from(text)
    const packet = Buffer.concat([Buffer.from(this.#hex(108), 'hex'), bytes.subarray(0, 40)])
    return {
      payload: bytes.toString('base64'),
      stream: 1,
      packet: packet.toString('base64'),
      packet_info: { linktype: 1 },
      host: `sensor-${flow.sourcePort % 3}`,
    }
  }
}
