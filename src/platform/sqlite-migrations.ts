// Each part owns its tables: an ordered list of migrations under its name, each run once, never changed once released.
import { type Kysely, sql } from 'kysely'
import type { NoTables } from './sqlite.ts'
import { SqliteFailure } from './sqlite-failure.ts'

/** Statements of one step; they run together in one transaction. */
export type Migration = { readonly name: string; readonly statements: readonly string[] }

type Tables = { migration: { part: string; step: number; name: string } }

/**
 * Brings the tables of a part up to date. Throws SqliteFailure `newer` where the database has a step this list lacks.
 * @param part name of the part that owns the tables
 * @param migrations all of them, oldest first; only ever appended to
 */
export async function migrate(db: Kysely<NoTables>, part: string, migrations: readonly Migration[]): Promise<void> {
  await sql`create table if not exists migration
    (part text not null, step integer not null, name text not null, primary key (part, step)) strict`.execute(db)
  await db
    .$extendTables<Tables>()
    .transaction()
    .execute(async (transaction) => {
      const done = await transaction.selectFrom('migration').select('step').where('part', '=', part).execute()
      if (done.length > migrations.length)
        throw new SqliteFailure('newer', `${part} is at step ${done.length}; this version knows ${migrations.length}`)
      for (const [step, { name, statements }] of [...migrations.entries()].slice(done.length)) {
        for (const statement of statements) await sql.raw(statement).execute(transaction)
        await transaction.insertInto('migration').values({ part, step, name }).execute()
      }
    })
}
