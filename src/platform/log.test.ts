// A log on a disk without room.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { openLog } from './log.ts'

const full = '/dev/full'
const able = existsSync(full) ? {} : { skip: `NOT TESTED: this system has no ${full}` }

test('style 3: a log that cannot be written throws nothing at who writes, however much is written', able, () => {
  const log = openLog('test', full)
  for (let record = 0; record < 2_000; record++) log.info({ record, text: 'x'.repeat(1_000) }, 'no room')
  assert.equal(log.isLevelEnabled('info'), true)
})
