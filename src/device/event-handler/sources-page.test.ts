// What docs/sources.md tells to write is what is read.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { lossCauses } from '../../wire/block-format.ts'
import { checkConfiguration } from './configuration.ts'
import { parseSource } from './source-argument.ts'

const page = readFileSync(resolve(import.meta.dirname, '../../../docs/sources.md'), 'utf8')

test('sources: the configuration of the page fits, and has every kind', () => {
  const example = /```json\n([\s\S]*?)```/.exec(page)?.[1]
  const { sources } = checkConfiguration(JSON.parse(example ?? ''))
  assert.deepEqual(
    sources.map((source) => (source.kind === 'syslog' ? source.transport : source.kind)),
    ['file', 'unix', 'udp', 'tcp', 'tls', 'tls'],
  )
})

test('sources: every argument of the page means a source, and every cause is one', () => {
  const told = [...page.matchAll(/^\| `((?:\/|unix:|syslog\+)[^`]+)` \|/gm)].map((match) => match[1] ?? '')
  assert.deepEqual(
    told.map((text) => parseSource(text).kind ?? 'file'),
    ['file', 'unix', 'syslog', 'syslog', 'syslog', 'syslog'],
  )
  const causes = [...page.matchAll(/`((?:file|spool|datagram|stopped)\.[a-z-]+)`/g)].map((match) => match[1] ?? '')
  assert.ok(causes.length >= 6)
  assert.deepEqual(
    causes.filter((cause) => !lossCauses.some((known) => known === cause)),
    [],
  )
})
