// Export: exactly what a question shows, whole or not at all; a spreadsheet runs nothing of it (issue 9, 7 and 8).
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { runCli } from '../src/cli/main.ts'
import { fakePorts, fakeTerminal } from '../src/cli/session-fake.ts'
import { organisationId } from '../src/core/ids.ts'
import { systemClock } from '../src/platform/clock.ts'
import { openLog } from '../src/platform/log.ts'
import { startTicksOf } from '../src/platform/process-lock.ts'
import { startApi } from '../src/server/api/api.ts'
import { memoryStart, memoryStream } from '../src/server/api/events-memory.ts'
import { type MemoryPorts, memoryPorts } from '../src/server/api/ports-memory.ts'
import type { EventLine, EventPage, EventRecord, LossRow } from '../src/wire/api/events.ts'
import { endpointFile, ownerKeyFile } from '../src/wire/endpoint.ts'
import { temporaryFolder } from './sallyport.ts'

const key = 'k'.repeat(43)
type Search = MemoryPorts['events']['search']

async function server(t: TestContext, ports: MemoryPorts) {
  const data = temporaryFolder(t)
  mkdirSync(join(data, 'exchange'))
  writeFileSync(join(data, ownerKeyFile), key)
  const log = openLog('export-test', join(data, 'api.log'))
  const organisation = organisationId('default')
  const api = await startApi({
    ports,
    ownerKey: key,
    organisation,
    consoleFolder: undefined,
    clock: systemClock,
    log,
    listen: { host: '127.0.0.1', port: 0 },
  })
  t.after(() => api[Symbol.asyncDispose]())
  const startTicks = startTicksOf(process.pid) ?? 0
  const endpoint = { v: 1, pid: process.pid, startTicks, console: api.url, devices: '127.0.0.1:1' }
  writeFileSync(join(data, endpointFile), JSON.stringify(endpoint))
  return { data, url: api.url }
}

async function exportInto(data: string, file: string, ...more: string[]) {
  const terminal = fakeTerminal()
  const code = await runCli(['events', 'export', ...more, '--out', file, '--data', data], fakePorts(), terminal)
  return { code, err: terminal.err() }
}

/** Rows of RFC 4180. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]]
  for (const match of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    rows.at(-1)?.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '')
    if (match[3] === '\r\n') rows.push([])
  }
  rows.pop()
  return rows
}

const loss: LossRow = {
  id: `${memoryStream}:3:loss:9`,
  device: 'sensor-1',
  source: 'eve',
  stream: memoryStream,
  sequence: 3,
  cause: 'spool.full',
  count: 7,
  from: memoryStart,
  to: memoryStart + 5,
}

test('issue 9, 7: an export has every event of every page and every loss at its place, in both forms', async (t) => {
  const ports = memoryPorts(1_203)
  const search: Search = async (organisation, question) => {
    const page: EventPage = await ports.events.search(organisation, question)
    return question.cursor === undefined
      ? page
      : { ...page, losses: page.next === null ? [{ above: page.events.length, loss }] : [] }
  }
  const { data } = await server(t, { ...ports, events: { ...ports.events, search } })
  const folder = temporaryFolder(t)
  const jsonl = join(folder, 'all.jsonl')
  const { code, err } = await exportInto(data, jsonl)
  assert.equal(code, 0, err)
  assert.match(err, /1,204 rows/)
  const lines = readFileSync(jsonl, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line): EventLine => JSON.parse(line))
  const expected = Array.from({ length: 1_203 }, (_, index) => 1_203 - index)
  assert.deepEqual(
    lines.flatMap((line) => (line.kind === 'event' ? [line.sequence] : [])),
    expected,
  )
  assert.equal(lines.at(-1)?.kind, 'loss')
  const csv = join(folder, 'all.csv')
  assert.equal((await exportInto(data, csv, '--format', 'csv')).code, 0)
  const [head = [], ...rows] = parseCsv(readFileSync(csv, 'utf8'))
  assert.deepEqual(new Set([head, ...rows].map((row) => row.length)), new Set([head.length]))
  assert.deepEqual(
    rows.slice(0, -1).map((row) => Number(row[head.indexOf('sequence')])),
    expected,
  )
  assert.deepEqual(
    ['kind', 'lost', 'summary'].map((name) => rows.at(-1)?.[head.indexOf(name)]),
    ['lost', '7', 'spool.full'],
  )
})

test('issue 9, 7: a cell that a spreadsheet would run begins with an apostrophe; JSON lines have it as it was', async (t) => {
  const hostile = [
    '=HYPERLINK("http://x.example";"a")',
    '+1+cmd|" /C calc"!A0',
    '-2+3',
    '@SUM(1;2)',
    '\t=1',
    ' =1',
    '|calc',
    '＝1',
    'a","b',
    'two\r\nlines',
  ]
  const ports = memoryPorts(hostile.length)
  const search: Search = async (organisation, question) => {
    const page = await ports.events.search(organisation, question)
    const events = page.events.map((event, index): EventRecord => {
      const text = hostile[index] ?? ''
      return { ...event, raw: text, body: { kind: 'quarantined', reason: text, at: memoryStart } }
    })
    return { ...page, events }
  }
  const { data } = await server(t, { ...ports, events: { ...ports.events, search } })
  const folder = temporaryFolder(t)
  assert.equal((await exportInto(data, join(folder, 'a.csv'), '--format', 'csv')).code, 0)
  const [head = [], ...rows] = parseCsv(readFileSync(join(folder, 'a.csv'), 'utf8'))
  for (const [index, row] of rows.entries()) {
    const text = hostile[index] ?? ''
    const safe = index < 8 ? `'${text}` : text
    assert.deepEqual([row[head.indexOf('raw')], row[head.indexOf('summary')]], [safe, safe])
  }
  assert.equal(rows.length, hostile.length)
  assert.equal((await exportInto(data, join(folder, 'a.jsonl'))).code, 0)
  const lines = readFileSync(join(folder, 'a.jsonl'), 'utf8').trimEnd().split('\n')
  assert.deepEqual(
    lines.map((line) => (JSON.parse(line) as { raw: string }).raw),
    hostile,
  )
})

test('issue 9, 7: an export that is cut off leaves no file that looks whole', async (t) => {
  const ports = memoryPorts(2_000)
  const search: Search = async (organisation, question) => {
    if (question.cursor === '1000') throw new TypeError('the disk is gone')
    return await ports.events.search(organisation, question)
  }
  const { data } = await server(t, { ...ports, events: { ...ports.events, search } })
  const file = join(temporaryFolder(t), 'all.jsonl')
  const { code, err } = await exportInto(data, file)
  assert.equal(code, 5, err)
  assert(!existsSync(file) && !existsSync(`${file}.part`))
  const nowhere = await exportInto(data, join(file, 'below', 'a.jsonl'))
  assert.match(nowhere.err, /\[output\.unwritable\]/)
})
