// The journal alone: blocks in, committed, parsed, searchable; beside a plain SQLite table in the same run (issue 8,
// "What must hold"). node bench/journal.ts [--events N] [--rounds R] [--folder DIR]
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { pino } from 'pino'
import { systemClock } from '../src/platform/clock.ts'
import { type Journal, openJournal } from '../src/server/journal/journal.ts'
import { bound } from './bound.ts'
import { packStream, type PackedLines } from './blocks.ts'
import { runBaseline } from './journal-baseline.ts'
import { printLookups } from './journal-lookups.ts'
import { printStages } from './journal-stages.ts'
import { LineMaker, mix } from './lines.ts'

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '5' },
    folder: { type: 'string', default: tmpdir() },
    'only-ours': { type: 'boolean', default: false },
  },
})
const events = Number(values.events)
const rounds = Number(values.rounds)
const sender = { organisation: 'bench', device: 'bench-1' }
/** Blocks under way, as a device's credit allows: 4 MiB. */
const window = 256
const blocksPerAppend = 16

const packed = packStream(new LineMaker(20261124), events, 'be'.repeat(16))
const blockBytes = packed.blocks.reduce((sum, block) => sum + block.bytes.length, 0)
print(`journal alone, ${events.toLocaleString('en')} lines, ${rounds} rounds; node ${process.version}`)
print(
  `mix in %: ${JSON.stringify(mix)}; ${(packed.rawBytes / events).toFixed(0)} B/line, ${(blockBytes / events).toFixed(0)} B/line in blocks`,
)

type Run = { readonly rate: number; readonly cpuMicros: number; readonly bytes: number }
const ours: Run[] = []
const plain: Run[] = []
for (let round = 1; round <= rounds; round++) {
  const last = round === rounds
  ours.push(await inFolder((folder) => runJournal(folder, packed, last)))
  if (!values['only-ours']) plain.push(await inFolder((folder) => runPlain(folder, packed)))
  print(`round ${round}: journal ${show(ours.at(-1))}   plain SQLite ${show(plain.at(-1))}`)
}
const [a, b] = [medians(ours), medians(plain)]
print(`median:  journal ${show(a)}   plain SQLite ${show(b)}`)
if (plain.length > 0) {
  print(`ratio of rates ${(a.rate / b.rate).toFixed(2)} (must be >= 3.5, goal 4.3)`)
  print(`ratio of bytes 1/${(b.bytes / a.bytes).toFixed(2)} (must be <= 1/5.5, goal 1/6)`)
  bound('journal, rate beside plain SQLite', a.rate >= 3.5 * b.rate, `${(a.rate / b.rate).toFixed(2)} of 3.5`)
  bound('journal, bytes beside plain SQLite', b.bytes >= 5.5 * a.bytes, `1/${(b.bytes / a.bytes).toFixed(2)} of 1/5.5`)
}
await inFolder(async (folder) => printStages(folder, packed, print))

async function runJournal(folder: string, lines: PackedLines, lookups: boolean): Promise<Run> {
  const journal = await open(folder)
  let run: Run
  try {
    const cpu = process.cpuUsage()
    const begun = performance.now()
    await appendAll(journal, lines)
    await journal.indexed()
    const ms = performance.now() - begun
    const used = process.cpuUsage(cpu)
    run = { rate: (events / ms) * 1_000, cpuMicros: (used.user + used.system) / events, bytes: 0 }
  } finally {
    await journal[Symbol.asyncDispose]()
  }
  // Closing leaves a truncated WAL: only then do the files have their size (performance 9).
  const bytes = bytesIn(join(folder, 'bench')) / events
  if (lookups) {
    const again = await open(folder)
    await printLookups(again, 'bench', print)
    await again[Symbol.asyncDispose]()
  }
  return { ...run, bytes }
}

async function runPlain(folder: string, lines: PackedLines): Promise<Run> {
  const { rate, cpuMicros } = runBaseline(join(folder, 'plain.sqlite'), lines.blocks, events)
  return { rate, cpuMicros, bytes: bytesIn(folder) / events }
}

function open(folder: string): Promise<Journal> {
  return openJournal({ folder, clock: systemClock, log: pino({ level: 'warn' }), retentionDays: 30 })
}

async function appendAll(journal: Journal, lines: PackedLines): Promise<void> {
  const underWay = new Set<Promise<void>>()
  for (let from = 0; from < lines.blocks.length; from += blocksPerAppend) {
    const blocks = lines.blocks.slice(from, from + blocksPerAppend).map((block) => block.bytes)
    const one = journal.store.append(sender, blocks).then((outcomes) => {
      underWay.delete(one)
      const refused = outcomes.find((outcome) => outcome.kind !== 'stored')
      if (refused !== undefined) throw new TypeError(`a block was not stored: ${refused.kind}`)
    })
    underWay.add(one)
    if (underWay.size >= window / blocksPerAppend) await Promise.race(underWay)
  }
  await Promise.all(underWay)
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(values.folder, 'sallyport-bench-'))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function bytesIn(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)
}

function medians(runs: readonly Run[]): Run {
  const middle = (numbers: number[]) => numbers.sort((x, y) => x - y)[Math.floor(numbers.length / 2)] ?? 0
  return {
    rate: middle(runs.map((run) => run.rate)),
    cpuMicros: middle(runs.map((run) => run.cpuMicros)),
    bytes: middle(runs.map((run) => run.bytes)),
  }
}

function show(run: Run | undefined): string {
  if (run === undefined || run.rate === 0) return '–'
  return `${Math.round(run.rate).toLocaleString('en')} ev/s, ${run.cpuMicros.toFixed(1)} µs CPU, ${run.bytes.toFixed(0)} B/event`
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
