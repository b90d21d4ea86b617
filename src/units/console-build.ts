// The console's files: built from the checkout where they are missing or older than their sources.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, globSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Fault } from '../core/fault.ts'

const root = resolve(import.meta.dirname, '../..')
export const consoleFolder = join(root, 'dist', 'console')

/** Builds the console if needed; the server serves the folder as soon as it is there. */
export async function buildConsole(signal: AbortSignal): Promise<void> {
  if (isFresh()) return
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js')
  const child = spawn(process.execPath, [vite, 'build', '--logLevel', 'error'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    signal,
  })
  const ended = once(child, 'exit')
  child.on('error', () => undefined)
  const [code]: unknown[] = await ended
  if (code !== 0 && !signal.aborted)
    throw new Fault('internal', {
      what: 'The console could not be built',
      remedy: 'See the message above; npm run build:console.',
    })
}

function isFresh(): boolean {
  const page = join(consoleFolder, 'index.html')
  if (!existsSync(page)) return false
  const builtAt = statSync(page).mtimeMs
  return globSync(['src/console/**/*', 'src/wire/api/*.ts', 'vite.config.ts', 'package-lock.json'], {
    cwd: root,
  }).every((file) => statSync(join(root, file)).mtimeMs <= builtAt)
}
