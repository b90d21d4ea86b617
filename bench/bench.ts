// npm run bench: every benchmark one after the other, for they share two cores; each prints its own table and says which
// bound it missed: then the exit code is 1.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const parts = ['journal.ts', 'event-handler.ts', 'recovery.ts', 'road.ts', 'latency.ts', 'inspect.ts', 'fleet.ts']
const chosen = process.argv.slice(2).filter((argument) => !argument.startsWith('-'))
const flags = process.argv.slice(2).filter((argument) => argument.startsWith('-'))

const missed: string[] = []
for (const part of parts) {
  if (chosen.length > 0 && !chosen.includes(part.replace('.ts', ''))) continue
  process.stdout.write(`\n== ${part.replace('.ts', '')}\n`)
  const { status } = spawnSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, part), ...flags],
    { stdio: 'inherit' },
  )
  if (status !== 0) missed.push(part.replace('.ts', ''))
}
if (missed.length > 0) {
  process.exitCode = 1
  process.stdout.write(`\nmissed or failed: ${missed.join(', ')} (each says above which bound)\n`)
} else process.stdout.write('\nevery bound is kept\n')
