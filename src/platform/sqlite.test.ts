// The state database: off the main thread, transactions alone, migrations once.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { sql } from 'kysely'
import { openState } from './sqlite.ts'
import { SqliteFailure } from './sqlite-failure.ts'
import { migrate } from './sqlite-migrations.ts'

type Tables = { thing: { id: number; text: string | null; bytes: Uint8Array | null } }
const migrations = [
  { name: 'thing', statements: ['create table thing (id integer primary key, text text, bytes blob) strict'] },
]

function folder() {
  const path = mkdtempSync(join(tmpdir(), 'sallyport-state-'))
  return { path: join(path, 'state.sqlite'), [Symbol.dispose]: () => rmSync(path, { recursive: true }) }
}

test('state: values come back as they were given, and survive reopening', async () => {
  using place = folder()
  {
    await using state = await openState(place.path)
    await migrate(state.db, 'test', migrations)
    const db = state.db.$extendTables<Tables>()
    await db
      .insertInto('thing')
      .values({ id: 1, text: 'a', bytes: Buffer.from([0, 255]) })
      .execute()
    const updated = await db.updateTable('thing').set({ text: 'b' }).where('id', '=', 1).executeTakeFirst()
    assert.equal(updated.numUpdatedRows, 1n)
  }
  await using state = await openState(place.path)
  await migrate(state.db, 'test', migrations)
  const row = await state.db.$extendTables<Tables>().selectFrom('thing').selectAll().executeTakeFirstOrThrow()
  assert.deepEqual({ ...row, bytes: [...(row.bytes ?? [])] }, { id: 1, text: 'b', bytes: [0, 255] })
  const files = readdirSync(dirname(place.path))
  assert(files.length >= 2, 'the log stands beside it')
  for (const file of files) assert.equal(statSync(join(dirname(place.path), file)).mode & 0o777, 0o600)
  const mode = await sql<{ synchronous: number }>`pragma synchronous`.execute(state.db)
  assert.equal(mode.rows[0]?.synchronous, 2)
})

test('state: a transaction has the connection alone; one that throws leaves nothing', async () => {
  using place = folder()
  await using state = await openState(place.path)
  await migrate(state.db, 'test', migrations)
  const db = state.db.$extendTables<Tables>()
  const gate = Promise.withResolvers<void>()
  const failed = db.transaction().execute(async (transaction) => {
    await transaction.insertInto('thing').values({ id: 1, text: null, bytes: null }).execute()
    await gate.promise
    throw new TypeError('on purpose')
  })
  const others = Array.from({ length: 20 }, (_, i) =>
    db.transaction().execute(async (transaction) => {
      const { n } = await transaction
        .selectFrom('thing')
        .select(sql<number>`count(*)`.as('n'))
        .executeTakeFirstOrThrow()
      await transaction
        .insertInto('thing')
        .values({ id: i + 100, text: null, bytes: null })
        .execute()
      return n
    }),
  )
  gate.resolve()
  await assert.rejects(failed, TypeError)
  assert.deepEqual(
    await Promise.all(others),
    Array.from({ length: 20 }, (_, i) => i),
  )
})

test('state: failures say their kind; a newer database is refused', async () => {
  using place = folder()
  await using state = await openState(place.path)
  await migrate(state.db, 'test', migrations)
  const db = state.db.$extendTables<Tables>()
  await db.insertInto('thing').values({ id: 1, text: null, bytes: null }).execute()
  await assert.rejects(db.insertInto('thing').values({ id: 1, text: null, bytes: null }).execute(), kind('constraint'))
  await assert.rejects(sql`no sql`.execute(db), kind('broken'))
  await assert.rejects(migrate(state.db, 'test', []), kind('newer'))
})

test('state: a disk that is full is told as such, and nothing of the transaction stays', async () => {
  using place = folder()
  await using state = await openState(place.path)
  await migrate(state.db, 'test', migrations)
  const db = state.db.$extendTables<Tables>()
  await sql`pragma max_page_count = 8`.execute(db)
  const bytes = new Uint8Array(200_000)
  await assert.rejects(db.insertInto('thing').values({ id: 1, text: null, bytes }).execute(), kind('full'))
  const both = db.transaction().execute(async (transaction) => {
    await transaction.insertInto('thing').values({ id: 2, text: null, bytes: null }).execute()
    await transaction.insertInto('thing').values({ id: 3, text: null, bytes }).execute()
  })
  await assert.rejects(both, kind('full'))
  assert.deepEqual(await db.selectFrom('thing').select('id').execute(), [])
})

test('state: a file that is no database is told as damaged; a path that cannot be opened is refused', async () => {
  using place = folder()
  writeFileSync(place.path, 'no database, but long enough to be read as one: '.repeat(50))
  await assert.rejects(openState(place.path), kind('damaged'))
  const taken = join(dirname(place.path), 'taken')
  mkdirSync(taken)
  await assert.rejects(openState(taken))
})

test('state: after closing, statements are refused instead of waiting', async () => {
  using place = folder()
  const state = await openState(place.path)
  await state[Symbol.asyncDispose]()
  await assert.rejects(state.db.$extendTables<Tables>().selectFrom('thing').selectAll().execute())
})

function kind(wanted: string) {
  return (error: unknown) => error instanceof SqliteFailure && error.kind === wanted
}
