// Plays the scenario into real files and a real socket as sensors would: an hour of it at once, then at a live pace; files
// are rotated by renaming, so that the demonstration exercises what a site does.
import { createSocket } from 'node:dgram'
import { appendFile, mkdir, rename, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Clock } from '../platform/clock.ts'
import { type DemoLines, Scenario } from './scenario.ts'

const pastMs = 60 * 60_000
const pastSteps = 1_800
const liveEveryMs = 400
const rotateAtBytes = 16 * 1024 * 1024
/** A burst that the kernel's smallest default buffer holds; more would be lost, as from a real firewall. */
const datagramsPerBurst = 100

/** The file each log goes into, below the demonstration's folder; Firepower has none: it sends syslog. */
export const demoFiles = {
  eve: 'suricata/eve.json',
  snort: 'snort/alert_json.txt',
  zeekConn: 'zeek/conn.log',
  zeekDns: 'zeek/dns.log',
} as const

export type DemoOptions = {
  readonly folder: string
  readonly seed: number
  readonly clock: Clock
}

export type Demo = {
  /**
   * Goes on at a live pace until the signal aborts.
   * @param syslogPort asks for the UDP port of loopback where the firewall's lines go now; undefined while there is none
   */
  play(syslogPort: () => Promise<number | undefined>, signal: AbortSignal): Promise<void>
}

/** Writes the hour before now. Files that exist are gone on with, without a second past. */
export async function beginDemo({ folder, seed, clock }: DemoOptions): Promise<Demo> {
  const begun = await sizeOf(join(folder, demoFiles.eve))
  // A new start tells other ordinary traffic; the story is the same.
  const scenario = new Scenario(begun === undefined ? seed : seed + begun)
  let unsent: readonly string[] = []
  if (begun === undefined) {
    const now = clock.now()
    const past = Array.from({ length: pastSteps }, (_, step) =>
      scenario.step(now - pastMs + (step * pastMs) / pastSteps),
    )
    for (const log of logs)
      await append(
        join(folder, demoFiles[log]),
        past.flatMap((lines) => lines[log]),
      )
    unsent = past.flatMap((lines) => lines.firepower)
  }
  return {
    async play(syslogPort, signal) {
      const socket = createSocket('udp4').unref()
      // Nobody listens for a moment while EventHandler restarts: a firewall does not notice either.
      socket.on('error', () => undefined)
      try {
        while (!signal.aborted) {
          await clock.sleep(liveEveryMs, signal)
          if (signal.aborted) return
          const lines = scenario.step(clock.now())
          for (const log of logs) await append(join(folder, demoFiles[log]), lines[log])
          const waiting = [...unsent, ...lines.firepower]
          const port = waiting.length === 0 ? undefined : await syslogPort()
          const burst = port === undefined ? 0 : datagramsPerBurst
          for (const line of waiting.slice(0, burst)) socket.send(line, port, '127.0.0.1')
          unsent = waiting.slice(burst)
        }
      } finally {
        socket.close()
      }
    },
  }
}

const logs = Object.keys(demoFiles).filter((log): log is keyof typeof demoFiles & keyof DemoLines => log in demoFiles)

async function append(path: string, lines: readonly string[]): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  await appendFile(path, lines.map((line) => `${line}\n`).join(''))
  if (((await sizeOf(path)) ?? 0) > rotateAtBytes) await rename(path, `${path}.1`)
}

async function sizeOf(path: string): Promise<number | undefined> {
  return await stat(path).then(
    ({ size }) => size,
    () => undefined,
  )
}
