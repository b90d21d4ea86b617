// What to type next, on stderr: ready to paste, so with the data folder where it is not the usual one.
import { defaultData } from './options.ts'
import { quoted } from '../platform/shell-word.ts'
import { say, type Terminal } from './terminal.ts'

/**
 * @param data the data folder in use
 * @param steps commands without `sallyport`; `[command, what it does]` where that is not plain
 */
export function suggest(
  terminal: Terminal,
  data: string,
  ...steps: readonly (string | readonly [typed: string, does: string])[]
): void {
  const lines = steps.map((step) => {
    const [typed, does] = typeof step === 'string' ? [step, ''] : step
    return `${typedFor(data, typed)}${does === '' ? '' : `  # ${does}`}`
  })
  say(terminal, `next: ${lines.join('\n      ')}`)
}

/** @returns the whole command, `sallyport events search --data /srv/second` */
export function typedFor(data: string, typed: string): string {
  const said = data === defaultData || process.env['SALLYPORT_DATA'] !== undefined
  return `sallyport ${typed}${said ? '' : ` --data ${quoted(data)}`}`
}
