// Runs the command line as a user does, in a data folder of its own, and finds the processes it started.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { TestContext } from 'node:test'
import { systemClock } from '../src/platform/clock.ts'

export const root = resolve(import.meta.dirname, '..')
export const program = join(root, 'bin/sallyport')

/** @returns a new folder that goes with the test. */
export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-test-'))
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  return folder
}

export type Finished = {
  readonly code: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
}

export type Running = {
  readonly child: ChildProcess
  readonly finished: Promise<Finished>
  readonly stderr: () => string
  readonly stdout: () => string
}

/**
 * Starts the command line; the test ends what is left of it.
 * @param around a command that it is put behind, as `ip netns exec NAME`
 */
export function start(
  t: TestContext,
  args: readonly string[],
  input?: string,
  environment: Record<string, string> = {},
  around: readonly string[] = [],
): Running {
  const [command = 'sh', ...rest] = [...around, 'sh', program, ...args]
  const child = spawn(command, rest, {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  child.stdin.on('error', () => undefined)
  child.stdin.end(input ?? '')
  t.after(() => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
  })
  const finished = new Promise<Finished>((done) =>
    child.on('close', (code, signal) => done({ code, signal, stdout, stderr })),
  )
  return { child, finished, stderr: () => stderr, stdout: () => stdout }
}

/** Runs the command line to its end. */
export async function run(t: TestContext, args: readonly string[], input?: string): Promise<Finished> {
  return await start(t, args, input).finished
}

/** @returns the pids of the living children of `pid`, by their title (argv[0]). */
export function childrenOf(pid: number): Map<string, number> {
  const found = new Map<string, number>()
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'latin1')
      const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      if (Number(parent) !== pid || state === 'Z') continue
      const title = readFileSync(`/proc/${entry}/cmdline`, 'latin1').split('\0')[0]?.split(' ')[0] ?? ''
      found.set(title, Number(entry))
    } catch {
      // It ended while we looked.
    }
  }
  return found
}

/** Waits for a condition, at most `limitMs`. */
export async function until<T>(
  what: string,
  condition: () => T | undefined | false | Promise<T | undefined | false>,
  limitMs = 30_000,
): Promise<T> {
  const deadline = systemClock.monotonic() + limitMs
  for (;;) {
    const value = await condition()
    if (value !== undefined && value !== false) return value
    assert(systemClock.monotonic() < deadline, `waited ${limitMs} ms for: ${what}`)
    await systemClock.sleep(25)
  }
}

/** @returns the API's answer to the owner of a data folder, undefined while no server answers there */
export async function asOwner<T>(data: string, path: string): Promise<T | undefined> {
  try {
    const endpoint = JSON.parse(readFileSync(join(data, 'exchange/endpoint.json'), 'utf8')) as { console: string }
    const key = readFileSync(join(data, 'owner.key'), 'utf8').trim()
    const headers = { authorization: `Bearer ${key}` }
    const answer = await fetch(`${endpoint.console}/api/v1/${path}`, { headers, signal: AbortSignal.timeout(5_000) })
    return answer.ok ? ((await answer.json()) as T) : undefined
  } catch {
    return undefined
  }
}
