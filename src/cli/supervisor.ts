// Asks the supervisor of a data folder's services over its socket.
import { join } from 'node:path'
import { isCode } from '../core/codes.ts'
import { Fault } from '../core/fault.ts'
import { askLine } from '../platform/line-socket.ts'
import { type Service, type ServicesQuestion, supervisorSocketFile } from '../wire/services/messages.ts'
import { readServicesAnswer } from '../wire/services/read.ts'

/** A service is ended and started within this; a child that does not end is killed after 10 s. */
const answerWithinMs = 60_000

/** @returns the services after what was asked. @throws Fault `service.unsupervised`, or what the supervisor says */
export async function askSupervisor(
  data: string,
  question: ServicesQuestion,
  signal: AbortSignal,
): Promise<readonly Service[]> {
  const socket = join(data, supervisorSocketFile)
  const limit = AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)])
  const line = await askLine(socket, JSON.stringify(question), limit).catch((cause: unknown) => {
    if (signal.aborted) throw cause
    if (isErrno(cause, 'EACCES'))
      throw new Fault('input.unreadable', {
        what: `${socket} is another user's`,
        remedy: 'Ask as the user who runs the device.',
        cause,
      })
    throw new Fault('service.unsupervised', { what: `Nothing answers at ${socket}`, cause })
  })
  const answer = readServicesAnswer(line)
  if (answer === undefined)
    throw new Fault('service.unsupervised', {
      what: `What answers at ${socket} is of another version`,
      remedy: 'Restart the device with this version.',
    })
  if (answer.ok) return answer.services
  throw new Fault(isCode(answer.code) ? answer.code : 'internal', { what: answer.what, remedy: answer.remedy })
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
