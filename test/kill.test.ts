// SIGKILL in the middle of `open FILE --once` (issue "The road"; delivery D1–D4): one point per victim here, ten in
// the soak. Nothing lost, nothing twice, and the ledger verifies.
import { test } from 'node:test'
import { killInTheMiddle, victims } from './kill-in-the-middle.ts'

for (const victim of victims) {
  test(`delivery D1 D2 D3 D4: SIGKILL of ${victim} in the middle of 200,000 events`, {
    timeout: 280_000,
  }, async (t) => {
    await killInTheMiddle(t, { victim, seed: 20261124 })
  })
}
