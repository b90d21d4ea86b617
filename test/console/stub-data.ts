// What the stub of the API knows: a seeded story like that of the demonstration, with hostile content in its midst.
// Original data, documentation addresses and names only.
import type { Severity } from '../../src/core/event.ts'
import type { Observable } from '../../src/core/observable.ts'
import type { Coverage, EventRecord, LossRow } from '../../src/wire/api/events.ts'
import type { GraphEdge, GraphNode, Investigation, SightingGroup } from '../../src/wire/api/investigations.ts'
import { stubLinks, stubRuns, stubVerdict } from './stub-answers.ts'

export const stubNow = Date.UTC(2026, 10, 24, 3, 10, 2)

/** What an attacker puts into a line to attack whoever reads it (security S4). */
export const hostile = {
  markup: '<svg onload="window.attacked=1"><img src=x onerror="window.attacked=1">',
  turned: 'invoice\u202Egnp.exe',
  hidden: 'up\u200Bdate.example',
  long: `a${'b'.repeat(4_000)}.example`,
  script: 'javascript:window.attacked=1',
}

export const coverage: Coverage = {
  from: stubNow - 26 * 3_600_000,
  to: stubNow - 1_000,
  unindexedBlocks: 2,
  gaps: [
    {
      device: 'edge-1',
      source: 'eve',
      cause: 'spool.full',
      count: 120,
      from: stubNow - 5 * 3_600_000,
      to: stubNow - 4.9 * 3_600_000,
    },
    {
      device: 'edge-2',
      source: 'zeek',
      cause: 'source.truncated',
      count: null,
      from: stubNow - 9e6,
      to: stubNow - 8e6,
    },
  ],
}

export const stubLoss: LossRow = {
  id: '0192f3a4b5c6:9998:loss:77',
  device: 'edge-1',
  source: 'eve',
  stream: '0192f3a4b5c6',
  sequence: 9_998,
  cause: 'spool.full',
  count: 1_204,
  from: stubNow - 90_000,
  to: stubNow - 60_000,
}

const kinds: readonly (readonly [type: string, severity: Severity, signature: string | undefined])[] = [
  ['alert', 'high', 'EXAMPLE MALWARE Beacon to known controller'],
  ['alert', 'medium', 'EXAMPLE POLICY Executable in archive by mail'],
  ['alert', 'low', 'EXAMPLE INFO Self-signed certificate'],
  ['dns', 'unknown', undefined],
  ['http', 'unknown', undefined],
  ['tls', 'unknown', undefined],
  ['flow', 'unknown', undefined],
  ['fileinfo', 'unknown', undefined],
]

function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 4_294_967_296
  }
}

/** @returns the n newest events, newest first. */
export function stubEvents(n: number): EventRecord[] {
  const next = random(7)
  return Array.from({ length: n }, (_, index) => {
    const age = index * 41_000 + next() * 20_000
    if (index % 97 === 40) return quarantined(index, stubNow - age)
    return index === 5 ? hostileEvent(index, stubNow - age) : ordinary(index, stubNow - age, next)
  })
}

function ordinary(index: number, at: number, next: () => number): EventRecord {
  const [type, severity, name] = kinds[next() < 0.25 ? Math.floor(next() * 3) : 3 + Math.floor(next() * 5)] ?? [
    'flow',
    'unknown',
    undefined,
  ]
  const source = `192.0.2.${20 + Math.floor(next() * 40)}`
  const target = severity === 'high' ? '203.0.113.77' : `198.51.100.${Math.floor(next() * 250)}`
  const domain = severity === 'high' ? 'update-check.example' : `cdn-${Math.floor(next() * 30)}.example.net`
  const body = {
    kind: 'event' as const,
    sensor: 'suricata' as const,
    type,
    at,
    severity,
    ...(name && { signature: { id: `1:${2_000_000 + name.length}`, name } }),
    flow: { source, sourcePort: 49_152 + index, target, targetPort: 443, protocol: 'tcp' },
    observables: [
      { type: 'ip', value: source },
      { type: 'ip', value: target },
      { type: 'domain', value: domain },
    ] satisfies Observable[],
    relations: [],
    flowId: `17794363525138${index}`,
    summary: name ?? `${type} ${domain}`,
  }
  return record(
    index,
    at,
    JSON.stringify({
      timestamp: new Date(at).toISOString(),
      event_type: type,
      src_ip: source,
      dest_ip: target,
      hostname: domain,
      alert: name,
    }),
    body,
  )
}

function record(index: number, at: number, raw: string, body: EventRecord['body']): EventRecord {
  const device = index % 3 === 0 ? 'edge-2' : 'edge-1'
  return {
    id: `0192f3a4b5c6:${10_000 - index}`,
    device,
    source: 'eve',
    format: 'suricata-eve',
    arrivedAt: at + 200,
    raw,
    body,
  }
}

function quarantined(index: number, at: number): EventRecord {
  return record(index, at, '{"timestamp":"2026-11-24T03:0', {
    kind: 'quarantined',
    reason: 'JSON ends in the middle',
    at,
  })
}

function hostileEvent(index: number, at: number): EventRecord {
  return {
    ...record(index, at, JSON.stringify(hostile), {
      kind: 'event',
      sensor: 'suricata',
      type: hostile.markup,
      at,
      severity: 'medium',
      signature: { id: '1:666', name: hostile.markup },
      flow: { source: '192.0.2.66', target: '203.0.113.66' },
      observables: [
        { type: 'file_name', value: hostile.turned },
        { type: 'domain', value: hostile.hidden },
        { type: 'domain', value: hostile.long },
        { type: 'url', value: hostile.script },
        { type: 'user', value: hostile.markup },
      ],
      relations: [],
      summary: `${hostile.markup} ${hostile.turned}`,
    }),
    device: hostile.markup,
  }
}

/** @returns the answer of a finished investigation of the controller of the story. */
export function stubInvestigation(id: string, observables: readonly Observable[]): Investigation {
  const large = observables.find(({ value }) => value === largeSeed)
  const { nodes, edges } = large ? clusteredGraph(1_000) : stubGraph()
  const found = observables.some(
    ({ value }) => value === '203.0.113.77' || value === 'update-check.example' || value === largeSeed,
  )
  const events = found ? stubEvents(400).filter(({ body }) => body.kind === 'event' && body.severity !== 'unknown') : []
  return {
    v: 1,
    id,
    state: 'done',
    createdAt: stubNow,
    finishedAt: stubNow + 80,
    observables,
    networks: [],
    notAsked: 0,
    seen: Object.fromEntries(observables.map(({ type, value }) => [`${type}:${value}`, found ? 412 : 0])),
    sightings: found ? stubSightings(events) : [],
    graph: found ? { nodes, edges, folded: 0 } : { nodes: [], edges: [], folded: 0 },
    events,
    coverage,
    failure: null,
    asOf: 4,
    modules: found ? stubRuns : [],
    verdicts: found ? [stubVerdict] : [],
    links: found ? stubLinks : [],
  }
}

function stubSightings(events: readonly EventRecord[]): SightingGroup[] {
  return kinds.slice(0, 5).flatMap(([type, severity, name], index) =>
    ['edge-1', 'edge-2'].map((device) => ({
      device,
      sensor: 'suricata',
      type,
      signature: name ? { id: `1:${2_000_000 + name.length}`, name } : null,
      severity,
      count: 412 >> index,
      firstSeen: stubNow - 9 * 3_600_000,
      lastSeen: stubNow - (index + 1) * 190_000,
      observables: [
        { type: 'ip' as const, value: '203.0.113.77' },
        { type: 'domain' as const, value: 'update-check.example' },
      ],
      examples: events.slice(index, index + 3).map((event) => event.id),
    })),
  )
}

/** Asking for it answers with an investigation that goes on. */
export const slowSeed = 'slow.example'

/** @returns it before any module has answered. */
export function stubRunning(whole: Investigation): Investigation {
  return {
    ...whole,
    state: 'running',
    finishedAt: null,
    sightings: [],
    events: [],
    graph: { nodes: [], edges: [], folded: 0 },
    verdicts: [],
    links: [],
    modules: stubRuns.map((run) => ({ ...run, state: 'running', answered: [], count: 0, errors: [] })),
  }
}

/** Asking for it answers with a graph of 1,000 nodes that do not group. */
export const largeSeed = 'large.example'

/** Clustered, relations = 2 × nodes: that of the budgets (console-and-cli 6). */
function clusteredGraph(n: number): { readonly nodes: GraphNode[]; readonly edges: GraphEdge[] } {
  const next = random(3)
  const severities = ['unknown', 'unknown', 'unknown', 'low', 'medium', 'high'] as const
  const types = ['ip', 'domain', 'url', 'sha256', 'email', 'hostname'] as const
  const nodes = Array.from({ length: n }, (_, i): GraphNode => {
    const type = types[Math.floor(next() * types.length)] ?? 'ip'
    const value = `node-${i}.example`
    const severity = severities[Math.floor(next() * severities.length)] ?? 'unknown'
    return {
      id: `${type}:${value}`,
      kind: 'observable',
      type,
      label: value,
      seed: i === 0,
      severity,
      count: i,
      ...unjudged,
    }
  })
  const cluster = 25
  const edges = Array.from({ length: n * 2 }, (_, i): GraphEdge => {
    const from = i % n
    const near = Math.floor(from / cluster) * cluster + Math.floor(next() * next() * cluster)
    const to = next() < 0.04 ? Math.floor(next() * n) : near
    return {
      id: `e${i}`,
      source: nodes[from]?.id ?? '',
      target: nodes[to]?.id ?? '',
      relation: `r${i % 7}`,
      count: 1,
      sources: [],
    }
  })
  return { nodes, edges }
}

const unjudged = { disposition: null, sources: [] } as const

/** A controller with its domain, files and mails; clients that look alike; a second site beside it. */
function stubGraph(): { readonly nodes: GraphNode[]; readonly edges: GraphEdge[] } {
  const nodes: GraphNode[] = []
  const edges: GraphEdge[] = []
  const next = random(11)
  const add = (kind: GraphNode['kind'], type: string, value: string, severity: Severity, seed = false) => {
    const id = `${type}:${value}`
    nodes.push({ id, kind, type, label: value, seed, severity, count: 1 + Math.floor(next() * 300), ...unjudged })
    return id
  }
  const link = (source: string, relation: string, target: string) =>
    edges.push({ id: `e${edges.length}`, source, target, relation, count: 1 + Math.floor(next() * 40), sources: [] })
  const server = add('observable', 'ip', '203.0.113.77', 'high', true)
  const domain = add('observable', 'domain', 'update-check.example', 'high', true)
  link(domain, 'Resolved_To', server)
  const signatures = kinds.slice(0, 3).map(([, severity, name = '']) => {
    const id = `signature:suricata:1:${2_000_000 + name.length}`
    nodes.push({ id, kind: 'signature', type: 'suricata', label: name, seed: false, severity, count: 20, ...unjudged })
    return id
  })
  const devices = ['edge-1', 'edge-2'].map((name) => add('device', 'device', name, 'unknown'))
  for (const [index, signature] of signatures.entries()) {
    link(server, 'Triggered', signature)
    link(signature, 'Seen_By', devices[index % 2] ?? server)
  }
  for (let i = 0; i < 14; i++) link(add('observable', 'ip', `192.0.2.${20 + i}`, 'medium'), 'Connected_To', server)
  for (let i = 0; i < 9; i++) {
    const client = add('observable', 'ip', `192.0.2.${80 + i}`, i % 2 ? 'low' : 'unknown')
    link(client, 'Connected_To', domain)
    for (let j = 0; j < 3; j++) {
      const site = add('observable', 'domain', `cdn-${i}${j}.example.net`, 'unknown')
      link(client, 'Queried_For', site)
      if (j > 0) link(site, 'Resolved_To', add('observable', 'ip', `198.51.100.${i * 9 + j}`, 'unknown'))
    }
  }
  const archive = add('observable', 'file_name', hostile.turned, 'medium')
  const hash = add('observable', 'sha256', '5d1c9bde0ba9a8cb1f6a3a3ac4d0a3c9f1de3f5b8b7c6f0e9a4b1b2c3d4e5f60', 'high')
  const url = add('observable', 'url', 'https://update-check.example/invoice/4711?x=<svg onload=alert(1)>', 'high')
  link(archive, 'File_Name_Of', hash)
  link(url, 'Contains', domain)
  link(hash, 'Downloaded_From', url)
  for (let i = 0; i < 5; i++) link(add('observable', 'email', `user${i}@corp.example`, 'low'), 'Received', archive)
  link(add('observable', 'user', hostile.markup, 'medium'), 'Owner_Of', archive)
  return { nodes, edges }
}
