// Writes lines at a rate into a file, as a sensor does, as a process of its own for rotation-load.test.ts: file and rate
// a second are its arguments. It writes pieces of 4 KiB, which end within lines, opens its file anew on SIGHUP as
// logrotate asks it to, and on SIGTERM ends and prints how many lines it wrote.
import { closeSync, openSync, writeSync } from 'node:fs'
import { systemClock } from '../../platform/clock.ts'
import { eve } from './device-fixture.ts'

const pieceBytes = 4_096
const [file = '', rate = '0'] = process.argv.slice(2)
let held = Buffer.alloc(0)
let open = openSync(file, 'a')

function write(atLeast: number): void {
  for (; held.length >= atLeast && held.length > 0; held = held.subarray(pieceBytes))
    writeSync(open, held.subarray(0, pieceBytes))
}

process.on('SIGHUP', () => {
  write(1)
  closeSync(open)
  open = openSync(file, 'a')
})
const stop = new AbortController()
process.on('SIGTERM', () => stop.abort())
const began = systemClock.monotonic()
let written = 0
while (!stop.signal.aborted) {
  const due = Math.ceil(((systemClock.monotonic() - began) / 1_000) * Number(rate))
  const lines: string[] = []
  for (; written < due; written++) lines.push(`${eve(written)}\n`)
  held = Buffer.concat([held, Buffer.from(lines.join(''))])
  write(pieceBytes)
  await systemClock.sleep(1)
}
write(1)
closeSync(open)
process.stdout.write(String(written))
