// Sensor line → searchable at a steady 2,000 events/s: a marked line is written every 100 ms and asked for until the
// API finds it.
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { systemClock } from '../src/platform/clock.ts'
import { bound } from './bound.ts'
import { LineMaker } from './lines.ts'
import { measured, quantile, until } from './processes.ts'

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '30' } }, strict: false })
const seconds = Number(values['seconds'])
const batchEveryMs = 50
const perBatch = 100

const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'))
const file = join(folder, 'eve.json')
writeFileSync(file, '')
const run = measured(['up', '--source', file], join(folder, 'data'))
try {
  const lines = new LineMaker(2)
  const write = (mark: string | undefined) => {
    const batch = Array.from({ length: perBatch }, () => lines.next())
    if (mark !== undefined)
      batch.push(
        JSON.stringify({
          timestamp: new Date(systemClock.now()).toISOString(),
          event_type: 'dns',
          src_ip: '192.0.2.1',
          dest_ip: '192.0.2.53',
          dns: { type: 'query', rrname: mark, rrtype: 'A' },
        }),
      )
    appendFileSync(file, `${batch.join('\n')}\n`)
  }
  const found = async (mark: string) =>
    (await run.ask<{ count: number }>(`events/count?q=${encodeURIComponent(`domain=${mark}`)}`))?.count === 1
  write('start.example')
  await until(() => found('start.example'), 50, 60_000)

  const delays: number[] = []
  const waiting: Promise<void>[] = []
  const end = systemClock.monotonic() + seconds * 1000
  for (let batch = 0; systemClock.monotonic() < end; batch += 1) {
    const began = systemClock.monotonic()
    const mark = batch % 4 === 0 ? `m${batch}.example` : undefined
    write(mark)
    if (mark !== undefined)
      waiting.push(until(() => found(mark), 5, 30_000).then(() => void delays.push(systemClock.monotonic() - began)))
    await systemClock.sleep(Math.max(0, batchEveryMs - (systemClock.monotonic() - began)))
  }
  await Promise.all(waiting)
  process.stdout.write(
    `line to searchable at ${(perBatch * 1000) / batchEveryMs} events/s, ${delays.length} samples: p50 ${quantile(delays, 0.5).toFixed(0)} ms, p99 ${quantile(delays, 0.99).toFixed(0)} ms; bound p99 250 ms\n`,
  )
  bound('line to searchable, p99', quantile(delays, 0.99) <= 250, `${quantile(delays, 0.99).toFixed(0)} of 250 ms`)
} finally {
  run.child.kill('SIGTERM')
  await run.exited
  rmSync(folder, { recursive: true, force: true })
}
