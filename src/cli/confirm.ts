// Asks a person: for a line, and before what cannot be taken back; where nobody can be asked, --yes must say it (console-and-cli 10).
import { createInterface } from 'node:readline/promises'
import { Fault } from '../core/fault.ts'
import type { Session } from './session.ts'
import { printable, type Terminal } from './terminal.ts'

/**
 * @param said whether the switch that says yes was given
 * @throws Fault input.malformed where the answer is not yes, or nobody is there to answer
 */
export async function confirm(
  { terminal, signal }: Session,
  question: string,
  said: boolean,
  option = '--yes',
): Promise<void> {
  if (said) return
  if (terminal.stdin.isTTY !== true || terminal.stderr.isTTY !== true)
    throw new Fault('input.malformed', {
      what: `This needs a yes, and nobody can be asked here: ${question}`,
      remedy: `Add ${option}.`,
    })
  const answer = await askLine(terminal, `${printable(question)} [y/N] `, signal)
  if (/^y(es)?$/i.test(answer.trim())) return
  throw new Fault('input.malformed', { what: 'Nothing was done', remedy: 'Answer y to go on.' })
}

/** @returns what is typed on the terminal until Enter; nothing at Ctrl-D. Rejects when aborted */
export async function askLine({ stdin, stderr }: Terminal, question: string, signal: AbortSignal): Promise<string> {
  const lines = createInterface({ input: stdin, output: stderr, terminal: true })
  const interrupted = new AbortController()
  // On a terminal Ctrl-C comes as a key, not as a signal.
  lines.once('SIGINT', () => process.emit('SIGINT', 'SIGINT'))
  // Ctrl-D: nobody answers any more.
  lines.once('close', () => interrupted.abort())
  try {
    return await lines.question(question, { signal: AbortSignal.any([signal, interrupted.signal]) })
  } catch (error) {
    if (signal.aborted) throw error
    return ''
  } finally {
    lines.close()
  }
}
