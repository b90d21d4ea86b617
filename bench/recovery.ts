// Recovery of a full spool: 2 GiB of blocks of the size that real lines make, opened again (delivery S4: below 2 s).
// node bench/recovery.ts [--mebibytes N] [--rounds R]
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { SourceStream } from '../src/device/event-handler/source-stream.ts'
import { openSpool } from '../src/device/event-handler/spool/spool-log.ts'
import { openLog } from '../src/platform/log.ts'
import { bound } from './bound.ts'
import { quantile } from './processes.ts'

const { values } = parseArgs({
  options: { mebibytes: { type: 'string', default: '2048' }, rounds: { type: 'string', default: '5' } },
  strict: false,
})
const bytesWanted = Number(values['mebibytes']) * 2 ** 20
const rounds = Number(values['rounds'])
/** 64 lines of the bench's mix, compressed. */
const blockBytes = 12 * 1024

const folder = mkdtempSync(join(tmpdir(), 'recovery-bench-'))
const log = openLog('bench', '/dev/null')
const open = () => openSpool({ folder: join(folder, 'spool'), bytesMax: bytesWanted * 2, log })
try {
  const blocks = await fill()
  const seconds: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const began = performance.now()
    await using _spool = await open()
    seconds.push((performance.now() - began) / 1_000)
  }
  const median = quantile(seconds, 0.5)
  process.stdout.write(
    `recovery of ${Math.round(bytesWanted / 2 ** 20)} MiB, ${blocks} blocks: median ${median.toFixed(2)} s ` +
      `(max ${Math.max(...seconds).toFixed(2)}), ${rounds} rounds, from the page cache; bound 2 s\n`,
  )
  bound('recovery of the spool', median < 2, `${median.toFixed(2)} of 2 s`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** @returns how many blocks it wrote */
async function fill(): Promise<number> {
  await using spool = await open()
  const stream = new SourceStream({ spool, source: 'eve', device: 'bench', version: 'bench' })
  const payload = randomBytes(blockBytes)
  for (let at = payload.indexOf(10); at >= 0; at = payload.indexOf(10, at)) payload[at] = 11
  const fingerprint = { length: 64, sha256: '0123456789abcdef' } as const
  let blocks = 0
  for (; spool.size.bytes < bytesWanted; blocks += 1) {
    const [begin, end] = [blocks * blockBytes, (blocks + 1) * blockBytes]
    const position = { kind: 'file', generation: 1, fingerprint, name: 'eve.json', begin, end } as const
    const content = { kind: 'events', count: 1, from: blocks, to: blocks, raw: blockBytes, codec: 'none' } as const
    stream.write({ ...content, position }, 'suricata/eve', [], payload)
    while (!spool.hasRoom) await spool.room()
  }
  while (!spool.idle) await spool.synced()
  return blocks
}
