// The thread in which the state database lives: one connection, one statement at a time, in the order asked.
import assert from 'node:assert/strict'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import type { FromSqlite, SqlValue, ToSqlite } from './sqlite-messages.ts'

/** Kysely compiles the same query to the same text: prepared once. Bounded, for `in (…)` lists differ in length. */
const statementsMax = 500

const port = parentPort
assert(port !== null, 'runs as a worker only')
const database = new DatabaseSync(String(workerData))
// FULL: what is answered is synced, a token spent stays spent after a power cut. The busy wait is for a backup
// that reads the file; no second process writes it (the data folder is locked).
database.exec(
  'pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on; pragma busy_timeout = 5000',
)
const statements = new Map<string, StatementSync>()

port.on('message', (message: ToSqlite) => {
  if (message.kind === 'close') {
    statements.clear()
    database.close()
    answer(done(message.id))
    port.close()
    return
  }
  try {
    if (message.kind === 'run') answer(run(message.id, message.sql, message.parameters))
    else {
      if (database.isTransaction) database.exec('rollback')
      answer(done(message.id))
    }
  } catch (error) {
    answer(failure(message.id, error))
  }
})

function run(id: number, sql: string, parameters: readonly SqlValue[]): FromSqlite {
  const statement = prepared(sql)
  if (statement.columns().length > 0) {
    const rows = statement.all(...parameters) as Record<string, SqlValue>[]
    return { id, kind: 'done', rows, changes: rows.length, insertId: 0 }
  }
  const { changes, lastInsertRowid } = statement.run(...parameters)
  return { id, kind: 'done', rows: [], changes: Number(changes), insertId: Number(lastInsertRowid) }
}

function prepared(sql: string): StatementSync {
  const known = statements.get(sql)
  if (known !== undefined) return known
  const statement = database.prepare(sql)
  if (statements.size >= statementsMax) statements.clear()
  statements.set(sql, statement)
  return statement
}

function done(id: number): FromSqlite {
  return { id, kind: 'done', rows: [], changes: 0, insertId: 0 }
}

function failure(id: number, error: unknown): FromSqlite {
  const errcode = error instanceof Error && 'errcode' in error ? Number(error.errcode) : 0
  return { id, kind: 'failed', message: error instanceof Error ? error.message : String(error), errcode }
}

function answer(message: FromSqlite): void {
  port?.postMessage(message)
}
