// What a test needs of this machine beside Node. Without it the test is skipped, says why, and the summary counts it.
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

export type Needs = { readonly skip?: string }

/** Options for node:test: runs where the commands are on PATH. */
export function needs(...commands: readonly string[]): Needs {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const missing = commands.find((command) => !folders.some((folder) => existsSync(join(folder, command))))
  return missing === undefined ? {} : { skip: `NOT TESTED: ${missing} is not on PATH` }
}

/** As `needs`, and this is root. */
export function needsRoot(...commands: readonly string[]): Needs {
  return process.getuid?.() === 0 ? needs(...commands) : { skip: 'NOT TESTED: this needs root' }
}
