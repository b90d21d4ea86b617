// `events tail` outlives its own end and the server's: each event stands in its file once (issue 9, 8).
import assert from 'node:assert/strict'
import { appendFileSync, existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { Scenario, seededRandom } from '../src/demo/scenario.ts'
import { systemClock } from '../src/platform/clock.ts'
import { parseEventId } from '../src/core/ids.ts'
import type { TailLine } from '../src/wire/api/events.ts'
import { asOwner, childrenOf, run, type Running, start, temporaryFolder, until } from './sallyport.ts'

const kills = 20
const eventsBefore = 20_000
const eventsLater = 2_000

function linesOf(file: string): string[] {
  if (!existsSync(file)) return []
  const text = readFileSync(file, 'utf8')
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .slice(0, -1)
}

const sizeOf = (file: string) => (existsSync(file) ? statSync(file).size : 0)
const any = '127.0.0.1:0'

async function startExchange(t: TestContext, data: string, devices: string) {
  const running = start(t, ['exchange', '--data', data, '--console', any, '--devices', devices])
  const [, address = ''] = await until('the exchange', () => /devices\s+(127\S+)/.exec(running.stderr()) ?? undefined)
  return { running, address }
}

/** The command and its child: as a machine that fails. */
async function killExchange({ running }: { running: Running }): Promise<void> {
  const parent = running.child.pid ?? 0
  const child = childrenOf(parent).get('exchange')
  assert(child !== undefined, 'the exchange runs')
  for (const pid of [parent, child]) process.kill(pid, 'SIGKILL')
  assert.equal((await running.finished).signal, 'SIGKILL')
}

test('issue 9 What must hold: 20 kills of tail and exchange, and the file of the tail has every event once', {
  timeout: 300_000,
}, async (t) => {
  const folder = temporaryFolder(t)
  const sensor = join(folder, 'eve.json')
  const out = join(folder, 'tail.jsonl')
  const data = { exchange: join(folder, 'exchange'), device: join(folder, 'device') }
  const scenario = new Scenario(5)
  const written: string[] = []
  const write = (count: number) => {
    const lines: string[] = []
    while (lines.length < count) lines.push(...scenario.next(systemClock.now()))
    written.push(...lines.slice(0, count))
    appendFileSync(sensor, `${lines.slice(0, count).join('\n')}\n`)
  }
  write(eventsBefore)
  let exchange = await startExchange(t, data.exchange, any)
  const { stdout } = await run(t, ['token', 'create', '--data', data.exchange, '-o', 'json'])
  const { token } = JSON.parse(stdout) as { token: string }
  assert.equal(
    (await run(t, ['device', 'enrol', '-', '--no-run', '--source', sensor, '--data', data.device], token)).code,
    0,
  )
  const device = () => start(t, ['device', 'run', '--data', data.device, '--local', any])
  const first = device()
  const stored = async () => (await asOwner<{ journal: { events: number } }>(data.exchange, 'status'))?.journal.events
  await until('what was before', async () => (await stored()) === eventsBefore, 90_000)
  // Its waits between two dials grow with every kill: it is not what is proved here.
  first.child.kill('SIGINT')
  await first.finished

  const tail = () => start(t, ['events', 'tail', '--from', 'start', '--out', out, '--data', data.exchange])
  const random = seededRandom(Number(process.env['SEED'] ?? 9))
  const step = Buffer.byteLength(written.join('\n')) / (kills * 2)
  let running = tail()
  const killed = { tail: 0, exchange: 0 }
  for (let kill = 0; kill < kills; kill++) {
    const size = sizeOf(out) + random() * step
    await until(`the tail before kill ${kill}: ${running.stderr()}`, () => sizeOf(out) > size, 60_000)
    const victim = random()
    if (victim < 0.6) {
      running.child.kill('SIGKILL')
      killed.tail++
      assert.equal((await running.finished).signal, 'SIGKILL')
    }
    if (victim > 0.4) {
      await killExchange(exchange)
      killed.exchange++
      exchange = await startExchange(t, data.exchange, exchange.address)
    }
    if (victim < 0.6) running = tail()
  }
  const seen = linesOf(out).length
  t.diagnostic(`${killed.tail} times the tail, ${killed.exchange} times the exchange; ${seen} lines by then`)
  assert(killed.tail > 5 && killed.exchange > 5 && seen < eventsBefore, 'it really cut')
  device()
  write(eventsLater)
  await until('every event', () => linesOf(out).length >= written.length, 90_000)
  // What comes twice would come behind: one more event, and nothing else with it.
  write(1)
  await until('the last event', () => linesOf(out).length >= written.length, 60_000)

  const wanted = new Set(written)
  assert.equal(wanted.size, written.length)
  const last = new Map<string, number>()
  for (const text of linesOf(out)) {
    const line: TailLine = JSON.parse(text)
    assert(line.kind === 'event', `a line of kind ${line.kind}`)
    assert(wanted.delete(line.raw), `twice, or never written: ${line.raw.slice(0, 120)}`)
    assert.deepEqual(parseEventId(line.id), { stream: line.stream, sequence: line.sequence })
    assert(line.device !== '' && line.sequence === (last.get(line.stream) ?? 0) + 1, 'each stream in order, dense')
    last.set(line.stream, line.sequence)
  }
  assert.equal(wanted.size, 0, `${wanted.size} events are not in the file`)
  running.child.kill('SIGINT')
  assert.equal((await running.finished).code, 130)
})
