// How the command line was typed, so that what is typed next can be said as it works here.
import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { quoted } from '../platform/shell-word.ts'

/**
 * @param script process.argv[1]: the entry, as it was called
 * @param environment SALLYPORT_TYPED is what bin/sallyport was called by; npm says `npm_command=exec` under npx
 * @returns `bin/sallyport`, `npx sallyport`, `sallyport` where that is found on the PATH
 */
export function invocationOf(script: string, environment: NodeJS.ProcessEnv): string {
  const typed = environment['SALLYPORT_TYPED'] ?? ''
  if (typed === '' && environment['npm_command'] === 'exec') return 'npx sallyport'
  const called = typed === '' ? script : typed
  if (!called.includes('/')) return quoted(called)
  const folders = (environment['PATH'] ?? '').split(':')
  const first = folders.find((folder) => existsSync(join(folder, basename(called))))
  return first === dirname(called) ? basename(called) : quoted(called)
}
