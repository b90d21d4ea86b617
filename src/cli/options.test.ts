import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Command, InvalidArgumentError } from 'commander'
import { codes, isCode } from '../core/codes.ts'
import { Fault } from '../core/fault.ts'
import { commands } from './commands.ts'
import { readEnvironment, variableOf } from './environment.ts'
import { exitCodeOf } from './exit-codes.ts'
import { byteSize, dataOption, localOption, wholeNumber } from './options.ts'
import { buildProgram, entryOf } from './program.ts'
import { serverOptions } from './server-options.ts'
import { testSession } from './session-fake.ts'

async function optionsOf(typed: readonly string[], environment: NodeJS.ProcessEnv): Promise<Record<string, unknown>> {
  let seen: Record<string, unknown> = {}
  const command = new Command('x')
    .addOption(dataOption())
    .addOption(localOption())
    .option('--no-demo', 'without')
    .option('--once', 'end')
    .action((options: Record<string, unknown>) => {
      seen = options
    })
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
  const name = serverOptions().find((option) => option.long === '--name')
  if (name !== undefined) command.addOption(name)
  readEnvironment(command, environment)
  await command.parseAsync([...typed], { from: 'user' })
  return seen
}

test('issue 8 What must hold: every option is also a variable, and what is typed wins', async () => {
  const environment = {
    SALLYPORT_DATA: '/var/x',
    SALLYPORT_LOCAL: '[::1]:0',
    SALLYPORT_NAME: 'a.example,b.example:444',
    SALLYPORT_NO_DEMO: '1',
    SALLYPORT_ONCE: 'off',
  }
  const all = { data: '/var/x', local: { host: '::1', port: 0 }, name: ['a.example', 'b.example:444'], demo: false }
  assert.deepEqual(await optionsOf([], environment), all)
  const typed = await optionsOf(['--name', 'c.example', '--name', 'd.example', '--data', '/y', '--once'], environment)
  assert.deepEqual(typed, { ...all, name: ['c.example', 'd.example'], data: '/y', once: true })
  const none = await optionsOf([], { SALLYPORT_DATA: '', SALLYPORT_NO_DEMO: '0' })
  assert.equal(none['demo'], true)
  assert.match(String(none['data']), /\.local\/share\/sallyport$/)
  await assert.rejects(optionsOf([], { SALLYPORT_LOCAL: 'x' }), { exitCode: 2 })
})

test('issue 8 What must hold: no two options of one command share a variable, and each says what it is for', async () => {
  const program = await buildProgram({ entries: commands, session: testSession().session, typed: 'all' })
  const walk = (command: Command): Command[] => [command, ...command.commands.flatMap(walk)]
  for (const command of walk(program)) {
    const variables = command.options.map(variableOf)
    assert.equal(new Set(variables).size, variables.length, command.name())
    for (const option of command.options) assert.ok(option.description.length > 3, option.flags)
    assert.notEqual(command.description(), '', command.name())
  }
})

test('issue 9.8: a size is a whole number with a unit, in powers of 1,024', () => {
  const sizes: readonly [string, number][] = [
    ['1', 1],
    ['512b', 512],
    ['2K', 2_048],
    ['500MiB', 524_288_000],
    ['20 GB', 21_474_836_480],
    ['1TiB', 1_099_511_627_776],
  ]
  for (const [text, bytes] of sizes) assert.equal(byteSize(text), bytes, text)
  for (const text of ['', '0', '-1', '1.5G', '1PB', 'GiB', '9999999999TiB'])
    assert.throws(() => byteSize(text), InvalidArgumentError, text)
})

test('console-and-cli 10: what is no address or no whole number in its range is refused as an argument', () => {
  const { parseArg } = localOption()
  assert.deepEqual(parseArg?.('[::1]:0', undefined), { host: '::1', port: 0 })
  for (const text of ['', '8443', '127.0.0.1:65536'])
    assert.throws(() => parseArg?.(text, undefined), InvalidArgumentError, text)
  for (const text of ['', '-1', '1.5', '1e2', 'x', '0', '101'])
    assert.throws(() => wholeNumber(1, 100)(text), InvalidArgumentError)
})

test('console-and-cli 10: the command is the longest path typed; a bare group is what it stands for', () => {
  const path = (...words: string[]) => entryOf(commands, words)?.path
  assert.equal(path('events', 'search', 'events', 'count'), 'events search')
  assert.equal(path('ledger'), 'ledger')
  assert.equal(path('ledger', 'verify', '-o', 'json'), 'ledger verify')
  assert.equal(path('events'), undefined)
  assert.equal(path('nothing'), undefined)
  const load = async () => () => undefined
  const entries = [
    { path: 'device run', summary: 'run', load, bare: true as const },
    { path: 'device ls', summary: 'ls', load },
  ]
  assert.equal(entryOf(entries, ['device', '--data', 'ls'])?.path, 'device run')
  assert.equal(entryOf(entries, ['device', 'ls'])?.path, 'device ls')
})

test('issue 8.9: each code of the catalogue ends with a documented exit code', () => {
  const expected = {
    'session.missing': 4,
    'identity.revoked': 4,
    'enrolment.token.spent': 4,
    'server.unreachable': 5,
    'tcp.refused': 5,
    'query.malformed': 2,
    'input.missing': 1,
    'disk.full': 1,
  }
  for (const [code, exit] of Object.entries(expected)) {
    assert.ok(isCode(code))
    assert.equal(exitCodeOf(new Fault(code, { what: 'x' })), exit, code)
  }
  for (const code of Object.keys(codes))
    assert.ok(isCode(code) && [1, 2, 4, 5].includes(exitCodeOf(new Fault(code, { what: 'x' }))))
  assert.equal(exitCodeOf(new TypeError('x')), 1)
})
