// EventHandler alone: file → packer → spool (synced) → local socket → ack, events/s and CPU µs/event of its process; the
// connector's end runs in a process of its own and acknowledges what it is given.   node bench/event-handler.ts [EVENTS]
import { fork } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEventHandler } from '../src/device/event-handler/event-handler.ts'
import { openHopClient, openHopServer } from '../src/device/hop/hop-zeromq.ts'
import { openLog } from '../src/platform/log.ts'
import { noHash, decodeBlock, isBlock } from '../src/wire/block-format.ts'
import { LineMaker } from './lines.ts'

const log = openLog('bench', '/dev/null')

if (process.send !== undefined) await acknowledge(process.argv[2] ?? '')
else await measure(Number(process.argv[2] ?? 300_000))

async function measure(events: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'event-handler-bench-'))
  const path = join(folder, 'eve.json')
  const bytes = write(path, events)
  const child = fork(import.meta.filename, [join(folder, 'bench.sock')])
  const started = performance.now()
  const cpu = process.cpuUsage()
  try {
    await using handler = await startEventHandler({
      configuration: {
        v: 1,
        device: 'bench',
        sources: [{ name: 'eve', path, format: 'suricata/eve', once: true }],
        selection: 'everything',
        spool: { bytesMax: 2 * 1024 ** 3 },
      },
      spoolFolder: join(folder, 'spool'),
      listenerFolder: join(folder, 'listener'),
      socketPath: join(folder, 'bench.sock'),
      bindSocket: ({ path: at, group }, handlers) => openHopServer(at, log, handlers, undefined, group),
      program: 'bench',
      log,
    })
    await handler.drained
    const seconds = (performance.now() - started) / 1_000
    const { user, system } = process.cpuUsage(cpu)
    const { bytes: spooled } = handler.status().spool
    process.stdout.write(
      `${events} events of ${Math.round(bytes / events)} B: ${Math.round(events / seconds)} events/s, ` +
        `${((user + system) / events).toFixed(1)} µs CPU/event, spool ${Math.round(spooled / events)} B/event, ` +
        `rss ${Math.round(process.memoryUsage().rss / 2 ** 20)} MiB\n`,
    )
  } finally {
    child.kill()
    rmSync(folder, { recursive: true })
  }
}

function write(path: string, events: number): number {
  const maker = new LineMaker(1)
  const file = openSync(path, 'w')
  let bytes = 0
  for (let at = 0; at < events; at += 1_000) {
    const lines = Array.from({ length: Math.min(1_000, events - at) }, () => `${maker.next()}\n`).join('')
    bytes += writeSync(file, lines)
  }
  closeSync(file)
  return bytes
}

/** The connector's end: grants 4 MiB, acknowledges each message. */
async function acknowledge(socket: string): Promise<void> {
  const client = await openHopClient(socket, log, {
    onState: (state) => {
      if (state === 'connected') client.send({ t: 'attach', ended: false, device: 'bench', lingerMs: 50 })
    },
    onMessage: (message, blocks) => {
      if (message.t === 'streams') {
        const nothing = { block: -1, hash: noHash, sequence: 0 }
        client.send({ t: 'resume', heads: Object.fromEntries(message.streams.map(({ stream }) => [stream, nothing])) })
        client.send({ t: 'credit', bytes: 4 * 1024 * 1024 })
      }
      if (message.t !== 'blocks') return
      const last = decodeBlock(blocks.at(-1) ?? Buffer.alloc(0))
      if (isBlock(last)) client.send({ t: 'ack', acks: { [last.header.stream]: last.header.block } })
      client.send({ t: 'credit', bytes: blocks.reduce((sum, block) => sum + block.length, 0) })
    },
  })
}
