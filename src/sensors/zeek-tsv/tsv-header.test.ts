import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ReadContext } from '../format.ts'
import { zeekTsv } from './zeek-tsv.ts'

const header = (path: string, ...fields: readonly string[]): readonly string[] => [
  '#separator \\x09',
  '#set_separator\t,',
  '#empty_field\t(empty)',
  '#unset_field\t-',
  `#path\t${path}`,
  '#open\t2026-01-01-00-00-00',
  `#fields\t${fields.join('\t')}`,
]

/** Reads as a device and a journal do: the header in force goes from line to line. */
function types(lines: readonly string[]): readonly string[] {
  let origin: ReadContext = { arrivedAt: 0, zoneMinutes: 0, wanted: 'everything', fileName: '', context: '' }
  return lines.flatMap((line) => {
    const glance = zeekTsv.glance(Buffer.from(line), origin)
    if (glance.kind === 'context') origin = { ...origin, context: glance.context }
    const read = zeekTsv.read(line, origin)
    return read.kind === 'event' ? [`${read.type} ${read.flowId}`] : read.kind === 'unreadable' ? ['unreadable'] : []
  })
}

test('traps C6: the header may change in mid file after a restart', () => {
  const lines = [...header('conn', 'ts', 'uid'), '1\tA', '#close\tx', ...header('dns', 'ts', 'query', 'uid'), '2\tq\tB']
  assert.deepEqual(types(lines), ['conn A', 'dns B'])
})

test('traps C6: lines of the old header after a new one are unreadable, not misread', () => {
  assert.deepEqual(types([...header('conn', 'ts', 'uid'), ...header('dns', 'ts', 'query', 'uid'), '1\tA']), [
    'unreadable',
  ])
})

test('traps C6: a file of header lines alone has no events', () => {
  assert.deepEqual(types([...header('conn', 'ts', 'uid'), '#close\t2026-01-01']), [])
})

test('traps C6: a header in force stays bounded, whatever lines come', () => {
  let context = ''
  for (let n = 0; n < 10_000; n++) {
    const line = Buffer.from(n % 2 ? `#path\tlog${n}` : `#fields\tts\tuid${n}`)
    const glance = zeekTsv.glance(line, { fileName: '', context })
    if (glance.kind === 'context') context = glance.context
  }
  assert.ok(context.length < 100)
  const long = zeekTsv.glance(Buffer.from(`#fields\t${'x\t'.repeat(100_000)}`), { fileName: '', context })
  assert.equal(long.kind, 'ignored')
})
