import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { listGenerations } from './rotated-siblings.ts'

const cases = [
  {
    why: 'counters of logrotate grow with age',
    names: [
      'eve.json',
      'eve.json.1',
      'eve.json.10.gz',
      'eve.json.2.gz',
      'eve.json.bak',
      'eve.json.1.tmp',
      'x-eve.json',
    ],
    order: ['eve.json.10.gz', 'eve.json.2.gz', 'eve.json.1', 'eve.json'],
  },
  {
    why: 'dates grow with youth',
    names: ['eve.json', 'eve.json-20261124', 'eve.json-20261122.gz', 'eve.json-20261123.gz'],
    order: ['eve.json-20261122.gz', 'eve.json-20261123.gz', 'eve.json-20261124', 'eve.json'],
  },
  {
    why: 'epochs of Snort, and no file of the name itself',
    names: ['eve.json.1795546159', 'eve.json.1795546160', 'eve.json.999999999'],
    order: ['eve.json.999999999', 'eve.json.1795546159', 'eve.json.1795546160'],
  },
]

test('delivery N2: the generations of a file are told by name, oldest first', async () => {
  for (const { why, names, order } of cases) {
    const folder = await mkdtemp(join(tmpdir(), 'rotated-'))
    for (const name of names) await writeFile(join(folder, name), '')
    const found = await listGenerations(join(folder, 'eve.json'))
    assert.deepEqual(
      found.map((path) => basename(path)),
      order,
      why,
    )
    await rm(folder, { recursive: true })
  }
  assert.deepEqual(await listGenerations('/nowhere/eve.json'), [])
})
