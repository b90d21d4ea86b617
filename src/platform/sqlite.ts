// A small database reached through Kysely whose SQLite lives in a thread of its own, so that the caller's thread never
// waits on a sync. One connection: a transaction has it alone, everything else queues behind it.
import { chmod, open } from 'node:fs/promises'
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import type { FromSqlite, SqlValue, ToSqlite } from './sqlite-messages.ts'
import { SqliteFailure, failureKind } from './sqlite-failure.ts'
import { openTurns, type Turns } from './turns.ts'

/** Before a part says which tables it has: `db.$extendTables<Tables>()`. */
export type NoTables = Record<never, never>
export type Database = AsyncDisposable & { readonly db: Kysely<NoTables> }

/** Statements of one turn take milliseconds; who waits longer than this waits on a bug. */
const turnWaitMs = 30_000
const waitingMax = 10_000

/**
 * Opens or creates the database (WAL, `synchronous=FULL`: what a resolved statement or commit wrote is synced).
 * @param path absolute path of the file; its folder exists; made readable by its owner alone
 * @param broke hears that the thread ended by itself: every later statement then fails
 * @returns `db`, whose failures are SqliteFailure; disposing ends the thread
 */
export async function openState(path: string, broke?: (failure: SqliteFailure) => void): Promise<Database> {
  // Made here and not by SQLite, whose files beside it take over the rights of this one.
  await (await open(path, 'a', 0o600)).close()
  await chmod(path, 0o600)
  const thread = new SqliteThread(path)
  await thread.run(CompiledQuery.raw('select 1'))
  if (broke !== undefined) void thread.broken.then(broke)
  const turns = openTurns({ waitMs: turnWaitMs, waitingMax })
  const db = new Kysely<NoTables>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => driver(thread, turns),
      createIntrospector: (kysely) => new SqliteIntrospector(kysely),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  })
  return {
    db,
    async [Symbol.asyncDispose]() {
      await db.destroy()
      await thread.close()
    },
  }
}

function driver(thread: SqliteThread, turns: Turns): Driver {
  const connection: DatabaseConnection = {
    executeQuery: <R>(query: CompiledQuery) => thread.run<R>(query),
    streamQuery() {
      throw new SqliteFailure('broken', 'streaming is not offered: page by a key')
    },
  }
  const raw = async (sql: string) => {
    await thread.run(CompiledQuery.raw(sql))
  }
  return {
    init: async () => undefined,
    async acquireConnection() {
      await turns.take()
      return connection
    },
    // Immediate: a transaction that reads and then writes never finds its snapshot stale.
    beginTransaction: () => raw('begin immediate'),
    commitTransaction: () => raw('commit'),
    rollbackTransaction: () => thread.rollback(),
    async releaseConnection() {
      turns.give()
    },
    destroy: async () => undefined,
  }
}

type Waiting = { readonly resolve: (message: FromSqlite) => void; readonly reject: (error: SqliteFailure) => void }

class SqliteThread {
  readonly #worker: Worker
  readonly #waiting = new Map<number, Waiting>()
  readonly #ended: Promise<void>
  readonly #broken = Promise.withResolvers<SqliteFailure>()
  #closing = false
  #failure: SqliteFailure | undefined
  #next = 1

  constructor(path: string) {
    // tsc rewrites .ts in imports, not in URLs: the ending is taken from this file's own.
    this.#worker = new Worker(new URL(`./sqlite.worker${extname(import.meta.filename)}`, import.meta.url), {
      workerData: path,
      name: 'sqlite',
    })
    this.#worker.on('message', (message: FromSqlite) => {
      this.#waiting.get(message.id)?.resolve(message)
      this.#waiting.delete(message.id)
    })
    this.#worker.on('error', (error) => this.#fail(error))
    this.#ended = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        this.#fail(new SqliteFailure('broken', 'the database is closed'))
        resolve()
      })
    })
  }

  /** Resolves when the thread ends by itself, and never else. */
  get broken(): Promise<SqliteFailure> {
    return this.#broken.promise
  }

  async run<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const answer = await this.#ask((id) => ({
      id,
      kind: 'run',
      sql: query.sql,
      parameters: query.parameters as readonly SqlValue[],
    }))
    return {
      rows: answer.rows as R[],
      numAffectedRows: BigInt(answer.changes),
      ...(answer.insertId === 0 ? {} : { insertId: BigInt(answer.insertId) }),
    }
  }

  async rollback(): Promise<void> {
    await this.#ask((id) => ({ id, kind: 'rollback' }))
  }

  async close(): Promise<void> {
    this.#closing = true
    if (this.#failure === undefined) await this.#ask((id) => ({ id, kind: 'close' }))
    await this.#ended
  }

  async #ask(message: (id: number) => ToSqlite): Promise<FromSqlite & { readonly kind: 'done' }> {
    if (this.#failure !== undefined) throw this.#failure
    const id = this.#next++
    const answer = await new Promise<FromSqlite>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#worker.postMessage(message(id))
    })
    if (answer.kind === 'failed') throw new SqliteFailure(failureKind(answer.errcode), answer.message)
    return answer
  }

  #fail(error: unknown): void {
    if (error instanceof SqliteFailure) this.#failure ??= error
    else {
      const errcode = error instanceof Error && 'errcode' in error ? Number(error.errcode) : 0
      this.#failure ??= new SqliteFailure(failureKind(errcode), `the database thread ended: ${String(error)}`)
    }
    for (const { reject } of this.#waiting.values()) reject(this.#failure)
    this.#waiting.clear()
    if (!this.#closing) this.#broken.resolve(this.#failure)
  }
}
