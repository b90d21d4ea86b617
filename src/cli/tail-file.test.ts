import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openTailFile } from './tail-file.ts'

const line = (cursor: string) => JSON.stringify({ kind: 'event', cursor })

test('issue 9, 8: the torn end of a tail is cut off, whatever it was cut within; any other file stays as it is', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-tail-file-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const path = join(folder, 'out.jsonl')
  for (const { held, cursor, whole } of [
    { held: '', cursor: undefined, whole: '' },
    { held: '{"ki', cursor: undefined, whole: '' },
    { held: line('a'), cursor: undefined, whole: '' },
    { held: `${line('a')}\n`, cursor: 'a', whole: `${line('a')}\n` },
    { held: `${line('a')}\n${line('b')}\n{"kind":"ev`, cursor: 'b', whole: `${line('a')}\n${line('b')}\n` },
  ]) {
    await writeFile(path, held)
    await using file = await openTailFile(path)
    assert.equal(file.cursor, cursor, held)
    await file.append(line('next'))
    assert.equal(await readFile(path, 'utf8'), `${whole}${line('next')}\n`)
  }
  for (const other of ['precious', '{"precious":1}', '\n', 'precious\nand more', `${line('a')}\nprecious\n{"kind":"`]) {
    await writeFile(path, other)
    await assert.rejects(openTailFile(path), { code: 'input.malformed' }, other)
    assert.equal(await readFile(path, 'utf8'), other)
  }
})
