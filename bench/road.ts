// The whole road: file source, spool, ZeroMQ, connector, TLS, ingest, journal, index, in the processes of production.
// Timed from the first event stored until the last is searchable; CPU is what the kernel accounts to each process.
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { systemClock } from '../src/platform/clock.ts'
import { LineMaker, mix } from './lines.ts'
import { bound } from './bound.ts'
import { measured, quantile, type Threads, until } from './processes.ts'
import { stageLines } from './stages.ts'

const { values } = parseArgs({
  options: { events: { type: 'string', default: '300000' }, rounds: { type: 'string', default: '5' } },
  strict: false,
})
const events = Number(values['events'])
const rounds = Number(values['rounds'])

type Stored = { journal: { events: number; unindexedBlocks: number; bytes: number } }

const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'))
try {
  const file = join(folder, 'eve.json')
  const lines = new LineMaker(1)
  const out = createWriteStream(file)
  let bytes = 0
  for (let index = 0; index < events; index += 1) {
    const line = `${lines.next()}\n`
    bytes += line.length
    if (!out.write(line)) await once(out, 'drain')
  }
  out.end()
  await once(out, 'close')
  process.stdout.write(
    `mix ${JSON.stringify(mix)}, ${events} lines, ${Math.round(bytes / events)} B/line, ${rounds} rounds\n`,
  )

  const rates: number[] = []
  for (let round = 0; round < rounds; round += 1) rates.push(await oneRound(file, join(folder, `data-${round}`)))
  process.stdout.write(
    `whole road: median ${Math.round(quantile(rates, 0.5))} events/s (min ${Math.round(Math.min(...rates))}, max ${Math.round(Math.max(...rates))}); bound 40,000, goal 60,000\n`,
  )
  bound('whole road', quantile(rates, 0.5) >= 40_000, `${Math.round(quantile(rates, 0.5))} of 40,000 events/s`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function oneRound(file: string, data: string): Promise<number> {
  const run = measured(['open', file], data)
  let first: { at: number; events: number } | undefined
  let cpu: Threads = new Map()
  try {
    let bytes = 0
    await until(
      async () => {
        const answer = await run.ask<Stored>('status')
        if (answer === undefined) return false
        if (first === undefined && answer.journal.events > 0)
          first = { at: systemClock.monotonic(), events: answer.journal.events }
        bytes = answer.journal.bytes
        return answer.journal.events >= events && answer.journal.unindexedBlocks === 0
      },
      20,
      600_000,
    )
    cpu = run.threads()
    const began = first ?? { at: 0, events: 0 }
    const rate = ((events - began.events) * 1000) / (systemClock.monotonic() - began.at)
    process.stdout.write(
      `  ${Math.round(rate)} events/s · ${Math.round(bytes / events)} B/event on disk · CPU an event, start-up included:\n` +
        `${stageLines(cpu, events).join('\n')}\n`,
    )
    return rate
  } finally {
    run.child.kill('SIGTERM')
    await run.exited
    rmSync(data, { recursive: true, force: true })
  }
}
