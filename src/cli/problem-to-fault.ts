// The Fault that an RFC 9457 answer of ours tells of, so that an error of the server is shown like one of our own.
import { codes, isCode } from '../core/codes.ts'
import { Fault } from '../core/fault.ts'

/**
 * @param status HTTP status
 * @param text the body, whatever it is
 */
export function problemToFault(status: number, text: string): Fault {
  const unclear = new Fault('internal', { what: `The server answered ${status} without saying why` })
  try {
    const problem: unknown = JSON.parse(text)
    if (typeof problem !== 'object' || problem === null || !('code' in problem) || !('detail' in problem))
      return unclear
    const code = String(problem.code)
    if (!isCode(code)) return unclear
    const remedy = 'remedy' in problem ? String(problem.remedy) : codes[code].remedy
    return new Fault(code, { what: String(problem.detail), remedy })
  } catch {
    return unclear
  }
}
