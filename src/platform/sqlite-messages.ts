// What the state database's thread is told and what it answers: plain data, one union (style 3, Workers).

export type SqlValue = null | number | bigint | string | Uint8Array

export type ToSqlite =
  | { readonly id: number; readonly kind: 'run'; readonly sql: string; readonly parameters: readonly SqlValue[] }
  /** Where a failure (a full disk) has already ended the transaction, this is no second failure. */
  | { readonly id: number; readonly kind: 'rollback' }
  | { readonly id: number; readonly kind: 'close' }

export type FromSqlite =
  | {
      readonly id: number
      readonly kind: 'done'
      readonly rows: readonly Record<string, SqlValue>[]
      readonly changes: number
      readonly insertId: number
    }
  /** `errcode` is SQLite's extended result code where it gave one. */
  | { readonly id: number; readonly kind: 'failed'; readonly message: string; readonly errcode: number }
