// The command line against the real API on a real port, with the API's ports in memory.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { commands } from '../src/cli/commands.ts'
import { runCli } from '../src/cli/main.ts'
import type { CliPorts } from '../src/cli/ports.ts'
import { fakePorts, fakeTerminal } from '../src/cli/session-fake.ts'
import { systemClock } from '../src/platform/clock.ts'
import { openSupervisor } from '../src/device/pmtool/supervisor.ts'
import { startTicksOf } from '../src/platform/process-lock.ts'
import { openApi } from '../src/server/api/api.ts'
import { memoryCoverage, memoryStream } from '../src/server/api/events-memory.ts'
import { type MemoryPorts, memoryPorts } from '../src/server/api/ports-memory.ts'
import { ownerKeyFile } from '../src/wire/endpoint.ts'
import { supervisorSocketFile } from '../src/wire/services/messages.ts'
import {
  apiOptions,
  dataFolder,
  run,
  sampleCommands,
  samplePorts,
  startLocalApi,
  startServer,
  writeEndpoint,
} from './command-samples.ts'

/** They run until told to stop, and are proved where they run: test/site. */
const processes = new Set(['up', 'open', 'exchange run', 'device run'])
/** Their data is lines or a file, not one document: `events: …` below, and test/tail.test.ts. */
const streams = new Set(['events tail', 'events export'])

test('issue 8.9: every command prints JSON that parses with -o json, and with -o jsonl on each line', async () => {
  await using server = await startServer()
  await using local = await startLocalApi()
  await using _supervisor = await openSupervisor(join(server.data, 'device'), join(server.data, supervisorSocketFile))
  const typed = sampleCommands(server.data, local.address)
  const ports = await samplePorts()
  using finishing = new DisposableStack()
  const finish = setInterval(() => server.ports.finish(), 20)
  finishing.defer(() => clearInterval(finish))
  for (const { path } of commands) {
    if (processes.has(path) || streams.has(path)) continue
    const rest = typed[path]
    assert.ok(rest, `no sample of ${path}`)
    const json = await run([...path.split(' '), ...rest, '-o', 'json'], ports)
    assert.equal(json.code, 0, `${path}: ${json.err}`)
    assert.match(json.out, /^[^\n]+\n$/, path)
    assert.ok(JSON.parse(json.out), path)
    const lines = await run([...path.split(' '), ...rest, '-o', 'jsonl'], ports)
    for (const line of lines.out.trimEnd().split('\n')) if (line !== '') JSON.parse(line)
    const table = await run([...path.split(' '), ...rest], ports)
    assert.ok(table.out.length > 0, path)
  }
})

test('issue 8 What must hold: inspect prints exactly the observables, on one line, without a server', async () => {
  const stdin = 'hxxps://evil[.]example/a?b=1 and 203.0.113[.]7:8080, CVE-2021-44228'
  const { code, out, err } = await run(['inspect', '-o', 'json'], { stdin })
  assert.equal(out, '[{"type":"url","value":"https://evil.example/a?b=1"},{"type":"ip","value":"203.0.113.7"}]\n')
  assert.equal(code, 0)
  assert.equal(err, '')
  const none = await run(['inspect', '-o', 'json'], { stdin: '' })
  assert.equal(none.out, '[]\n')
  assert.match(none.err, /No observable/)
})

test('issue 8.9: search pages by cursor, and --all gives each event once', async () => {
  await using server = await startServer()
  const ids = (text: string) => [...text.matchAll(/^\{"id":"([^"]+)"/gm)].map(([, id]) => id)
  const expected = Array.from({ length: 25 }, (_, index) => `${memoryStream}:${25 - index}`)
  const all = await run(['events', 'search', '--all', '-o', 'jsonl', '--data', server.data])
  assert.deepEqual(ids(all.out), expected)
  const first = await run(['events', 'search', '--limit', '20', '--data', server.data, '-o', 'jsonl'])
  const next = /next: bin\/sallyport (events search --cursor \S+ --data \S+)/.exec(first.err)?.[1] ?? ''
  const second = await run([...next.split(' '), '-o', 'jsonl'])
  assert.deepEqual([...ids(first.out), ...ids(second.out)], expected)
})

test('style 3 Waiting: --all holds no more than its bound in memory, says so, and ends with 3', async () => {
  const ports = memoryPorts(1_000)
  const pages: string[] = []
  const search: MemoryPorts['events']['search'] = async (organisation, question) => {
    const { cursor, ...rest } = question
    pages.push(cursor ?? '')
    return { ...(await ports.events.search(organisation, rest)), next: `${pages.length}` }
  }
  await using server = await startServer({ ...ports, events: { ...ports.events, search } })
  const { code, out, err } = await run(['events', 'search', '--all', '-o', 'json', '--data', server.data])
  assert.equal(code, 3)
  assert.match(err, /newest 100,000; -o jsonl --all/)
  const page: { events: unknown[]; next: string } = JSON.parse(out)
  assert.equal(page.events.length, 100_000)
  assert.match(page.next, /\.100$/)
})

test('issue 8.6: --since means event time, with --arrived arrival; a malformed query is usage', async () => {
  const asked: unknown[] = []
  const ports = memoryPorts()
  const count: MemoryPorts['events']['count'] = async (_organisation, question) => {
    asked.push(question)
    return { v: 1, count: 0, coverage: memoryCoverage }
  }
  await using server = await startServer({ ...ports, events: { ...ports.events, count } })
  const here = ['--data', server.data]
  await run(['events', 'count', 'a', 'b', '--since', '2026-01-01', '--until', '2026-01-02T00:00Z', ...here])
  await run(['events', 'count', '--since', '1767225600000', '--arrived', ...here])
  const [day, next] = [Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 2)]
  assert.deepEqual(asked, [
    { q: 'a b', since: day, until: next },
    { q: '', arrivedSince: day },
  ])
  assert.equal((await run(['events', 'count', '--since', 'then', ...here])).code, 2)
  const malformed = await run(['events', 'search', '"', ...here])
  assert.equal(malformed.code, 2)
  assert.match(malformed.err, /^error: A quotation mark at 0 is not closed \[query\.malformed\]\nfix: {3}\S/)
})

test('issue 8 What must hold: an event comes back byte for byte with --raw', async () => {
  const ports = memoryPorts(1)
  const bytes = Buffer.from([0x7b, 0xff, 0x00, 0x1b, 0x5d, 0x7d])
  const event: MemoryPorts['events']['event'] = async (...asked) => {
    const found = await ports.events.event(...asked)
    return found && { ...found, raw: bytes.toString(), rawBase64: bytes.toString('base64') }
  }
  await using server = await startServer({ ...ports, events: { ...ports.events, event } })
  const terminal = fakeTerminal()
  const argv = ['events', 'show', `${memoryStream}:1`, '--raw', '--data', server.data]
  assert.equal(await runCli(argv, fakePorts(), terminal), 0)
  assert.deepEqual(terminal.bytes(), Buffer.concat([bytes, Buffer.from('\n')]))
  const shown = await run(['events', 'show', `${memoryStream}:1`, '--data', server.data])
  assert.ok(!shown.out.includes('\u001b'))
  assert.equal((await run(['events', 'show', 'nonsense', '--data', server.data])).code, 2)
  const unknown = await run(['events', 'show', `${memoryStream}:7`, '--data', server.data])
  assert.equal(unknown.code, 1)
  assert.match(unknown.err, /\[event\.unknown\]/)
})

test('issue 8.6: ledger ends with 3 when anything was lost, and with 1 when it or its verification does not hold', async () => {
  const ports = memoryPorts()
  let change = {}
  const reader: MemoryPorts['ledger'] = {
    async ledger(organisation) {
      const { rows, ...rest } = await ports.ledger.ledger(organisation)
      return {
        ...rest,
        rows: rows.map((row) => ({ ...row, ...change })),
        ...('holds' in change ? { holds: false } : {}),
      }
    },
    async verify(organisation) {
      const broken = { stream: memoryStream, block: 3, reason: 'its hash does not hold' }
      return { ...(await ports.ledger.verify(organisation)), holds: false, broken }
    },
  }
  await using server = await startServer({ ...ports, ledger: reader })
  const end = async (...argv: string[]) => await run([...argv, '--data', server.data])
  assert.equal((await end('ledger')).code, 0)
  change = { lost: 2, holes: { 'spool.damaged': 2 } }
  const lost = await end('ledger')
  assert.equal(lost.code, 3)
  assert.match(lost.err, /lost: sensor-1\/eve \w{8}: 2 \(spool\.damaged\)/)
  change = { beforeSpool: { 'source.rotated': null, 'line.too-long': 1_234 } }
  const before = await end('ledger')
  assert.equal(before.code, 3)
  assert.match(before.out, /LOST BEFORE\n.* 1,234\+\?\n.* total .* 1,234\+\?\n$/s)
  change = { holds: false }
  assert.equal((await end('ledger')).code, 1)
  const broken = await end('ledger', 'verify')
  assert.equal(broken.code, 1)
  assert.match(broken.err, /broken: stream \w{32} block 3/)
})

test('issue 8.9: without a running server the folder is opened in process, also where a dead one left its endpoint', async () => {
  const data = dataFolder()
  const ports = memoryPorts()
  const opened: string[] = []
  const openOffline: CliPorts['openOffline'] = async (folder) => {
    opened.push(folder)
    return openApi(apiOptions(ports, data))
  }
  assert.equal((await run(['events', 'count', '--data', data], { openOffline })).out, '3\n')
  // This pid lives, but began at another time: a reused pid.
  writeEndpoint(data, 'http://127.0.0.1:1', process.pid, (startTicksOf(process.pid) ?? 0) + 1)
  assert.equal((await run(['ledger', '--data', data], { openOffline })).code, 0)
  assert.deepEqual(opened, [data, data])
  const link = await run(['link', '--data', data], { openOffline })
  assert.equal(link.code, 5)
  assert.match(link.err, /No server runs on .*sallyport up/s)
  assert.equal(opened.length, 2)
})

test('issue 8.9: who is not there ends with 5, who may not with 4, each with the remedy', async () => {
  const data = dataFolder()
  writeEndpoint(data, 'http://127.0.0.1:1', process.pid, startTicksOf(process.pid) ?? 0)
  const gone = await run(['status', '--data', data])
  assert.equal(gone.code, 5)
  assert.match(gone.err, /error: 127\.0\.0\.1:1 does not answer \[server\.unreachable\]\nfix:/)
  const nowhere = await run(['events', 'search', '--data', join(data, 'nowhere')])
  assert.equal(nowhere.code, 5)
  assert.match(nowhere.err, /sallyport up/)
  assert.equal((await run(['device', 'status', '--local', '127.0.0.1:1'])).code, 5)

  await using server = await startServer()
  writeFileSync(join(server.data, ownerKeyFile), 'another key')
  const refused = await run(['status', '--data', server.data])
  assert.equal(refused.code, 4)
  assert.match(refused.err, /\[session\.missing\]/)
})

test('DESIGN Words: device status shows the four states, and says what to do where there is no context', async () => {
  await using local = await startLocalApi()
  const { code, out } = await run(['device', 'status', '--local', local.address])
  assert.equal(code, 0)
  assert.match(out, /states +enrolled, connected, healthy, not flowing\n/)
  await using fresh = await startLocalApi(false)
  const none = await run(['device', 'status', '--local', fresh.address])
  assert.equal(none.code, 1)
  assert.match(none.err, /\[context\.missing\]\nfix: {3}Enrol it\./)
})

test('console-and-cli 10: what cannot be taken back needs a yes', async () => {
  await using server = await startServer()
  const revoke = ['exchange', 'device', 'revoke', 'sensor-1', '--data', server.data]
  const unsure = await run(revoke)
  assert.equal(unsure.code, 2)
  assert.match(unsure.err, /--yes/)
  assert.deepEqual(server.ports.asked, [])
  const sure = await run([...revoke, '--yes'])
  assert.equal(sure.code, 0)
  assert.match(sure.err, /undo: /)
  assert.deepEqual(server.ports.asked, ['revoke sensor-1', 'ledger'])
  assert.equal((await run(['exchange', 'device', 'revoke', 'nobody', '--yes', '--data', server.data])).code, 1)
})

test('console-and-cli 10: an empty answer names the next command, on stderr', async () => {
  await using server = await startServer(memoryPorts(0))
  for (const argv of [
    ['events', 'search'],
    ['events', 'search', 'nothing'],
    ['investigate', 'no observable here'],
  ]) {
    const stopping = setInterval(() => server.ports.finish(), 20)
    const { code, out, err } = await run([...argv, '--data', server.data])
    clearInterval(stopping)
    assert.equal(code, 0, err)
    assert.equal(out, '')
    assert.match(err, /next: /)
  }
})

test('console-and-cli 10: wrong usage ends with 2 and help with 0, each teaching what to type', async () => {
  for (const argv of [
    ['nothing'],
    ['events', 'serch'],
    ['events'],
    ['events', 'search', '--limit', 'x'],
    ['events', 'top'],
    ['ledger', '--x'],
  ]) {
    const { code, out, err } = await run(argv)
    assert.equal(code, 2, argv.join(' '))
    assert.equal(out, '')
    assert.ok(err.length > 20)
  }
  assert.match((await run(['events', 'serch'])).err, /Did you mean search/)
  const unknown = await run(['help', 'evnts'])
  assert.equal(unknown.code, 2)
  assert.match(unknown.err, /unknown command 'evnts'\n\(Did you mean events\?\)/)
  assert.match((await run(['events', 'search', 'a', '-sid:1'])).err, /in quotes/)
  for (const { path } of commands) {
    const { code, out } = await run(['help', ...path.split(' ')])
    assert.equal(code, 0)
    assert.match(out, /Examples:\n {2}\S/, path)
    assert.equal((await run([...path.split(' '), '--help'])).out, out)
  }
  const help = await run([])
  assert.equal(help.code, 0)
  for (const word of ['SALLYPORT_DATA', '130', 'sallyport up']) assert.ok(help.out.includes(word))
  assert.equal((await run(['--version'])).out, 'sallyport 0.0.0\n')
})

test('issue 8.9: Ctrl-C ends a wait with 130 and one word', async () => {
  await using server = await startServer()
  const cancelled = new AbortController()
  const waiting = run(['investigate', '192.0.2.1', '--data', server.data], { signal: cancelled.signal })
  while (!server.ports.asked.includes('investigate')) await systemClock.sleep(5)
  cancelled.abort()
  const { code, out, err } = await waiting
  assert.equal(code, 130)
  assert.equal(out, '')
  assert.equal(err, 'cancelled\n')
})

test('console-and-cli 10: a reader that goes away, as head does, is no error', async () => {
  await using server = await startServer()
  const terminal = fakeTerminal()
  const broken = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })
  terminal.stdout.write = () => {
    terminal.stdout.emit('error', broken)
    return true
  }
  const argv = ['events', 'search', '--all', '-o', 'jsonl', '--data', server.data]
  assert.equal(await runCli(argv, fakePorts(), terminal), 0)
  assert.equal(terminal.err(), '')
})
