// A device as it is shown: its record, what the ledger holds of it, and what follows from both by the clock.
import type { DeviceAccount, DeviceRecord, DeviceView } from '../../wire/api/fleet.ts'
import type { LedgerRow } from '../../wire/api/ledger.ts'

const dayMs = 86_400_000

/**
 * @param rows of the ledger, of any device
 * @param now the server's clock
 */
export function deviceView(record: DeviceRecord, rows: readonly LedgerRow[], now: number): DeviceView {
  return {
    ...record,
    account: accountOf(rows.filter(({ device }) => device === record.id)),
    lagMs: lagMs(record, now),
    certificateDays: record.certificate && Math.floor((record.certificate.notAfter - now) / dayMs),
  }
}

function accountOf(rows: readonly LedgerRow[]): DeviceAccount {
  const sums = { given: 0, stored: 0, lost: 0, outstanding: 0, withdrawn: 0, expired: 0 }
  const losses: Record<string, number | null> = {}
  let holds = true
  for (const row of rows) {
    sums.given += row.given
    sums.stored += row.stored
    sums.lost += row.lost
    sums.outstanding += row.outstanding
    sums.withdrawn += row.withdrawn
    sums.expired += row.expired
    holds &&= row.given === row.stored + row.lost + row.outstanding + row.withdrawn + row.expired
    for (const [cause, count] of [...Object.entries(row.holes), ...Object.entries(row.beforeSpool)]) {
      const known = losses[cause]
      losses[cause] = known === null || count === null ? null : (known ?? 0) + count
    }
  }
  return { ...sums, holds, losses }
}

/** Both instants of the wait are the device's own; since its word the exchange's clock goes on. */
function lagMs({ status, lastSeenAt }: DeviceRecord, now: number): number | null {
  const oldest = status?.eventHandler?.spool.oldestOutstandingAt
  if (status === null || oldest === undefined) return null
  return oldest === 0 ? 0 : Math.max(0, status.at - oldest) + Math.max(0, now - lastSeenAt)
}
