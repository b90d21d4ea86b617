// The supervisor (the original's pmtool): holds the device's processes in the process that was typed, and does what
// `pmtool` asks over a socket that only its user may open (original-system B10).
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Fault } from '../../core/fault.ts'
import { serveLines } from '../../platform/line-socket.ts'
import type { SupervisedChild } from '../../platform/supervised-child.ts'
import type { ServiceId, ServicesAnswer, ServicesQuestion } from '../../wire/services/messages.ts'
import { readServicesQuestion } from '../../wire/services/read.ts'
import { isEnabled, notePid, serviceOf, setEnabled, type TableEntry } from './process-table.ts'

/** How a service is to be started. */
export type StartHow = {
  /** It is disabled: nothing is run until somebody enables it. */
  readonly off: boolean
  readonly onChange: (child: SupervisedChild) => void
}

export type Supervisor = AsyncDisposable & {
  /** Takes a service into the table and starts it, unless it is disabled. Ending the supervisor ends it. */
  take(id: ServiceId, command: string, start: (how: StartHow) => Promise<SupervisedChild>): Promise<SupervisedChild>
  /** Lets a service run that somebody had disabled before. */
  enableBefore(id: ServiceId): void
}

/**
 * @param folder the device's
 * @param socket where it is asked
 * @throws Fault `data.locked` where a living supervisor has this folder, `socket.unusable`
 */
export async function openSupervisor(folder: string, socket: string): Promise<Supervisor> {
  mkdirSync(join(folder, 'run'), { recursive: true, mode: 0o700 })
  const table: TableEntry[] = []
  const turns = new Turns()
  const served = await serveLines({ path: socket, answer: async (line) => JSON.stringify(await answer(line)) }).catch(
    (cause: unknown) => {
      throw new Fault('socket.unusable', { what: `The supervisor's socket ${socket} cannot be bound`, cause })
    },
  )
  if (served === 'held') throw new Fault('data.locked', { what: `Another supervisor runs the services of ${folder}` })

  const status = (): ServicesAnswer => ({
    v: 1,
    ok: true,
    supervisorPid: process.pid,
    services: table.map((entry) => serviceOf(folder, entry)),
  })

  async function answer(line: string): Promise<ServicesAnswer> {
    const question = readServicesQuestion(line)
    if (question === undefined) return refused(new Fault('input.malformed', { what: 'This is no question' }))
    const { ask } = question
    if (ask === 'status') return status()
    const entry = table.find(({ id }) => id === question.id)
    if (entry === undefined) return refused(unknown(question.id, table))
    const failure = await turns.take(entry.id, () => obey(folder, ask, entry))
    return failure === undefined ? status() : refused(failure)
  }

  return {
    async take(id, command, start) {
      // That of a supervisor that was killed: by now another process may have the number.
      notePid(folder, id, 0)
      const child = await start({
        off: !isEnabled(folder, id),
        onChange: (changed) => notePid(folder, id, changed.pid()),
      })
      table.push({ id, command, child })
      return child
    },
    enableBefore: (id) => setEnabled(folder, id, true),
    async [Symbol.asyncDispose]() {
      // Nobody starts anything any more; then in the reverse order of their start.
      await served[Symbol.asyncDispose]()
      for (const { child } of table.toReversed()) await child[Symbol.asyncDispose]()
    },
  }
}

/** Two who command one service at once do so one behind the other: the last one's word stands. */
class Turns {
  readonly #last = new Map<ServiceId, Promise<unknown>>()

  async take<T>(id: ServiceId, work: () => Promise<T>): Promise<T> {
    const turn = (this.#last.get(id) ?? Promise.resolve()).then(work)
    this.#last.set(
      id,
      turn.catch(() => undefined),
    )
    return await turn
  }
}

type Failure = { readonly code: string; readonly what: string; readonly remedy: string }

/** @returns why it could not be done */
async function obey(
  folder: string,
  ask: Exclude<ServicesQuestion['ask'], 'status'>,
  { id, child }: TableEntry,
): Promise<Failure | undefined> {
  if (ask === 'restart' && !isEnabled(folder, id))
    return new Fault('service.disabled', {
      what: `${id} is disabled`,
      remedy: `Run \`sallyport pmtool enablebyid ${id}\`.`,
    })
  if (ask !== 'restart') setEnabled(folder, id, ask === 'enable')
  if (ask !== 'enable') await child.switchOff()
  return ask === 'disable' ? undefined : await child.switchOn()
}

function unknown(id: string, table: readonly TableEntry[]): Fault {
  const known = table.map((entry) => entry.id).join(', ')
  return new Fault('service.unknown', {
    what: `There is no service "${id.slice(0, 64)}" here`,
    remedy: `Name one of: ${known}.`,
  })
}

function refused({ code, what, remedy }: Failure): ServicesAnswer {
  return { v: 1, ok: false, code, what, remedy }
}
