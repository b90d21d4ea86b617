import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RowCount } from './export-events.ts'

test('issue 9, 7: rows of an export are counted however its bytes are cut, line ends in quotes are none', () => {
  const csv = Buffer.from('kind,raw\r\nevent,"a ""b""\r\nc"\r\nlost,\r\n')
  for (let cut = 0; cut < csv.length; cut++) {
    const rows = new RowCount('csv')
    rows.add(csv.subarray(0, cut))
    rows.add(csv.subarray(cut))
    assert.equal(rows.count, 2)
  }
  const lines = new RowCount('jsonl')
  lines.add(Buffer.from('{"raw":"\\""}\n{}\n'))
  assert.equal(lines.count, 2)
  assert.equal(new RowCount('csv').count, 0)
})
