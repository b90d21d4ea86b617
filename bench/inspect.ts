// Inspect: MB/s on a text of reports made here, five rounds (bound 10 MB/s; `npm test` holds it on the corpus texts).
import { inspect } from '../src/threat-response/inspect/inspect.ts'
import { systemClock } from '../src/platform/clock.ts'
import { bound } from './bound.ts'
import { quantile } from './processes.ts'

const paragraph =
  'On 2026-11-24 the host 203.0.113[.]77 answered for update-check[.]example; the sample 5D1C9BDE0BA9A8CB1F6A3A3AC4D0A3C9F1DE3F5B8B7C6F0E9A4B1B2C3D4E5F60 was fetched from hxxps://files.example/a/b?c=1 and mailed by billing@invoices.example. Nothing else was seen in the logs of that day, said the analyst, v1.2.3.4 aside.\n'
const text = paragraph.repeat(4_000)
const rates: number[] = []
for (let round = 0; round < 5; round += 1) {
  const began = systemClock.monotonic()
  inspect(text)
  rates.push(text.length / 1000 / (systemClock.monotonic() - began))
}
process.stdout.write(
  `inspect: median ${quantile(rates, 0.5).toFixed(1)} MB/s (min ${Math.min(...rates).toFixed(1)}) on ${(text.length / 1e6).toFixed(1)} MB; bound 10\n`,
)
bound('inspect', quantile(rates, 0.5) >= 10, `${quantile(rates, 0.5).toFixed(1)} of 10 MB/s`)
