// Asks before what cannot be taken back; where nobody can be asked, --yes must say it (console-and-cli 10).
import { createInterface } from 'node:readline/promises'
import { Fault } from '../core/fault.ts'
import type { Session } from './session.ts'
import { printable } from './terminal.ts'

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
  const lines = createInterface({ input: terminal.stdin, output: terminal.stderr })
  try {
    const answer = await lines.question(`${printable(question)} [y/N] `, { signal })
    if (/^y(es)?$/i.test(answer.trim())) return
    throw new Fault('input.malformed', { what: 'Nothing was done', remedy: 'Answer y to go on.' })
  } finally {
    lines.close()
  }
}
