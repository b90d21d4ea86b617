// npm run bench: every benchmark one after the other, for they share two cores; each prints its own table and says which
// bound it missed: then the exit code is 1.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const parts = ['journal', 'event-handler', 'recovery', 'road', 'latency', 'inspect', 'fleet']
const chosen = process.argv.slice(2).filter((argument) => !argument.startsWith('-'))
const flags = process.argv.slice(2).filter((argument) => argument.startsWith('-'))

const missed: string[] = []
const unknown = chosen.find((name) => !parts.includes(name))
for (const part of unknown === undefined ? parts : []) {
  if (chosen.length > 0 && !chosen.includes(part)) continue
  process.stdout.write(`\n== ${part}\n`)
  const { status } = spawnSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, `${part}.ts`), ...flags],
    { stdio: 'inherit' },
  )
  if (status !== 0) missed.push(part)
}
if (unknown !== undefined) {
  process.exitCode = 2
  process.stderr.write(`error: there is no bench ${unknown}\nfix:   one or more of ${parts.join(', ')}; none = all\n`)
} else if (missed.length > 0) {
  process.exitCode = 1
  process.stdout.write(`\nmissed or failed: ${missed.join(', ')} (each says above which bound)\n`)
} else process.stdout.write('\nevery bound is kept\n')
