// Ten random points for each victim (issue "The road"; delivery D1–D4).
import { test } from 'node:test'
import { killInTheMiddle, victims } from '../kill-in-the-middle.ts'

for (const victim of victims) {
  for (let point = 1; point <= 10; point++) {
    test(`delivery D1 D2 D3 D4: SIGKILL of ${victim}, point ${point}`, { timeout: 600_000 }, async (t) => {
      await killInTheMiddle(t, { victim, seed: point })
    })
  }
}
