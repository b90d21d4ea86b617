// CPU of each stage of the journal, µs an event, beside the budgets of performance 8: each stage alone, in one thread.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { formatNamed } from '../src/sensors/formats.ts'
import { openSqliteBlockStore } from '../src/server/journal/blocks/block-store-sqlite.ts'
import { addBlocks } from '../src/server/journal/index/index-add.ts'
import { openIndexFile } from '../src/server/journal/index/index-layout.ts'
import { readBlock } from '../src/server/journal/index/read-block.ts'
import { decodeBlock, isBlock, splitLines, unpackLines } from '../src/wire/block-format.ts'
import type { PackedLines } from './blocks.ts'

const blocksPerBatch = 64

/** Measures at most 100,000 events. */
export async function printStages(folder: string, packed: PackedLines, print: (line: string) => void): Promise<void> {
  const blocks = packed.blocks.slice(0, 1 + Math.ceil(Math.min(packed.events, 100_000) / 64))
  const events = blocks.reduce((sum, { header }) => sum + (header.kind === 'events' ? header.count : 0), 0)
  const stored = blocks.map((block, index) => ({
    day: '2026-11-24',
    ordinal: index + 1,
    device: 'bench-1',
    arrivedAt: 0,
    bytes: block.bytes,
  }))
  const rows: string[] = []
  const measure = async (stage: string, budget: number, work: () => unknown) => {
    const cpu = process.cpuUsage()
    await work()
    const used = process.cpuUsage(cpu)
    const micros = (used.user + used.system) / events
    rows.push(`${stage} ${micros.toFixed(2)} (${budget})`)
    return micros
  }
  mkdirSync(join(folder, 'stages'))
  await using store = await openSqliteBlockStore({ folder: join(folder, 'stages'), readOnly: false })
  await measure('check + blob + commit', 3, async () => {
    const sender = { organisation: 'bench', device: 'bench-1' }
    for (let from = 0; from < blocks.length; from += blocksPerBatch) {
      const group = blocks.slice(from, from + blocksPerBatch).map((block) => block.bytes)
      await store.write('bench', [{ kind: 'append', sender, blocks: group }], Date.UTC(2026, 10, 24))
    }
  })
  await measure('unpack', 3, () => {
    for (const { bytes } of blocks) {
      const block = decodeBlock(bytes)
      if (isBlock(block) && block.header.kind === 'events')
        splitLines(unpackLines(block.header, block.payload), block.header.count)
    }
  })
  await measure('unpack + parse + terms', 12, () => {
    for (const each of stored) readBlock(each, formatNamed)
  })
  const read = stored.map((each) => readBlock(each, formatNamed))
  const file = openIndexFile(join(folder, 'stages', 'index.sqlite'))
  await measure('index + commit', 3, () => {
    for (let from = 0; from < read.length; from += blocksPerBatch)
      addBlocks(file, read.slice(from, from + blocksPerBatch))
  })
  const terms = read.reduce((sum, block) => sum + block.documents.split(/[\n\x1e]/).length, 0)
  file.db.close()
  print(`CPU µs an event (budget): ${rows.join(' · ')}; ${(terms / events).toFixed(1)} terms an event`)
}
