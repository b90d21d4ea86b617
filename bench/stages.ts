// CPU of the road by stage, as far as processes and threads tell the stages apart, beside the budgets of performance 8.
import type { Threads } from './processes.ts'

type Stage = {
  readonly name: string
  readonly process: string
  /** Names of its threads; none = all of the process that no other stage names. */
  readonly threads?: readonly string[]
  /** µs of CPU an event; of what both ends share, a half each. */
  readonly budget: number
}

const stages: readonly Stage[] = [
  { name: 'split, look, zstd, CRC, spool; hop', process: 'EventHandler', budget: 2 + 5 + 1 + 0.5 },
  { name: 'hop; channel', process: 'connector', budget: 0.5 + 1 },
  { name: 'commit', process: 'exchange', threads: ['journal writer'], budget: 3 },
  {
    name: 'unpack, parse, terms, insert',
    process: 'exchange',
    threads: ['journal indexer', 'journal parser'],
    budget: 3 + 9 + 3,
  },
  { name: 'channel; gate; all else of the exchange', process: 'exchange', budget: 1 + 0.3 },
]
const budgetOfAll = 30

/** @param cpu ms by process and thread @returns one line a stage, and one for everything */
export function stageLines(cpu: Threads, events: number): string[] {
  const named = new Set(stages.flatMap(({ threads = [] }) => threads))
  const micros = (ms: number) => (ms * 1000) / events
  const lines = stages.map(({ name, process, threads, budget }) => {
    const of = [...(cpu.get(process) ?? [])].filter(([thread]) =>
      threads === undefined ? !named.has(thread) : threads.includes(thread),
    )
    return row(name, micros(of.reduce((sum, [, ms]) => sum + ms, 0)), budget)
  })
  const all = [...cpu.values()].flatMap((threads) => [...threads.values()]).reduce((sum, ms) => sum + ms, 0)
  return [...lines, row('everything', micros(all), budgetOfAll)]
}

function row(name: string, used: number, budget: number): string {
  const mark = used > budget ? '  over' : ''
  return `    ${name.padEnd(42)} ${used.toFixed(1).padStart(6)} µs   budget ${budget.toFixed(1).padStart(4)}${mark}`
}
