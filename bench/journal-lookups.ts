// How long questions take: the newest 100 lines for 200 mixed observables, networks, counts.
import type { Journal } from '../src/server/journal/journal.ts'
import { bound } from './bound.ts'

/** Asks the journal itself for observables of all frequencies, then for their lines. */
export async function printLookups(
  journal: Journal,
  organisation: string,
  print: (line: string) => void,
): Promise<void> {
  const queries = await mixedObservables(journal, organisation)
  const lines = await timed(queries, (q) => journal.search(organisation, { q, limit: 100 }))
  print(
    `newest 100 lines, ${queries.length} mixed observables: p50 ${show(lines, 50)}, p99 ${show(lines, 99)} (<= 10, <= 50 ms)`,
  )
  bound('newest 100 lines, p50', at(lines, 50) <= 10, `${show(lines, 50)} of 10`)
  bound('newest 100 lines, p99', at(lines, 99) <= 50, `${show(lines, 99)} of 50`)
  const networks = ['ip:10.1.0.0/16', 'ip:10.0.0.0/8', 'ip:20.0.0.0/7', 'ip:44.32.0.0/12', 'ip:0.0.0.0/0']
  const wide = await timed(networks, (q) => journal.search(organisation, { q, limit: 100 }))
  print(
    `newest 100 lines of a network: ${networks.map((q, index) => `${q} ${(wide[index] ?? 0).toFixed(0)} ms`).join(', ')} (<= 500 ms)`,
  )
  bound('newest 100 lines of a network', Math.max(...wide) <= 500, `${Math.max(...wide).toFixed(0)} of 500 ms`)
  const broad = [
    '',
    'type:alert',
    'type:alert -severity:low',
    'domain:example',
    '-type:flow',
    'since:2026-11-24T06:01Z',
  ]
  const counts = await timed(broad, (q) => journal.count(organisation, { q }))
  print(`count: ${broad.map((q, index) => `[${q}] ${(counts[index] ?? 0).toFixed(0)} ms`).join(', ')}`)
  const histograms = await timed(broad, (q) => journal.histogram(organisation, { q }, 60))
  print(`histogram: ${broad.map((q, index) => `[${q}] ${(histograms[index] ?? 0).toFixed(0)} ms`).join(', ')}`)
  const tops = await timed(['type', 'sid', 'ip', 'domain', 'port'], (facet) =>
    journal.top(organisation, { q: 'type:alert' }, facet, 10),
  )
  print(`top 10 of type:alert: type, sid, ip, domain, port ${tops.map((ms) => ms.toFixed(0)).join(', ')} ms`)
}

async function mixedObservables(journal: Journal, organisation: string): Promise<string[]> {
  const queries: string[] = []
  const values = async (facet: string, limit: number) =>
    (await journal.top(organisation, { q: '' }, facet, limit)).values.map(({ value }) => value)
  const addresses = await values('ip', 1_000)
  const domains = await values('domain', 1_000)
  // 20 frequent, 70 medium, 100 rare, 10 absent ones, as performance 3 asked.
  queries.push(
    ...addresses.slice(0, 10).map((value) => `ip:${value}`),
    ...domains.slice(0, 10).map((value) => `domain=${value}`),
  )
  queries.push(
    ...addresses.slice(200, 235).map((value) => `ip:${value}`),
    ...domains.slice(200, 235).map((value) => `domain:${value}`),
  )
  const page = await journal.search(organisation, { q: 'type:fileinfo', limit: 100 })
  for (const { body } of page.events)
    if (body.kind === 'event') {
      const hash = body.observables.find((observable) => observable.type === 'sha256')
      if (hash !== undefined) queries.push(`sha256:${hash.value}`)
    }
  for (let index = 0; index < 10; index++) queries.push(`domain:absent-${index}.example`)
  return queries
}

async function timed<T>(questions: readonly T[], ask: (question: T) => Promise<unknown>): Promise<number[]> {
  const times: number[] = []
  for (const question of questions) {
    const begun = performance.now()
    await ask(question)
    times.push(performance.now() - begun)
  }
  return times
}

function show(times: readonly number[], percent: number): string {
  return `${at(times, percent).toFixed(1)} ms`
}

function at(times: readonly number[], percent: number): number {
  const sorted = [...times].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? 0
}
