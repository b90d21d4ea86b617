// A worker's end of the journal's questions: answers each in its own time, hears cancellations, ends when told.
import { parentPort, workerData } from 'node:worker_threads'
import assert from 'node:assert/strict'
import { Fault } from '../../../core/fault.ts'
import type { FormatNamed } from '../index/read-block.ts'
import type { Answer, Call, WorkerSetup } from './worker-messages.ts'

export type Handle<Question> = (
  question: Question,
  signal: AbortSignal,
  progress: (done: number) => void,
) => Promise<unknown>

/** @returns what this worker was started with. */
export function workerSetup(): WorkerSetup {
  return workerData as WorkerSetup
}

/** @returns the formats by name, from the module the setup names. */
export async function loadFormats(setup: WorkerSetup): Promise<FormatNamed> {
  const module: { formatNamed?: FormatNamed } = await import(setup.formats)
  assert(typeof module.formatNamed === 'function', `${setup.formats} exports no formatNamed`)
  return module.formatNamed
}

/** Tells the process's log. */
export function warn(warning: string, detail: Readonly<Record<string, unknown>>): void {
  post({ id: 0, warning, detail })
}

/** Answers until told to end; then cancels what is under way, waits for it, and closes. */
export function answerQuestions<Question>(handle: Handle<Question>, close: () => Promise<void>): void {
  const port = parentPort
  assert(port !== null, 'a worker has a parent')
  const underWay = new Map<number, { abort: AbortController; done: Promise<void> }>()
  port.on('message', (call: Call<Question> | 'end') => {
    if (call === 'end') {
      void end()
      return
    }
    if ('cancel' in call) {
      underWay.get(call.id)?.abort.abort()
      return
    }
    const abort = new AbortController()
    const done = answer(
      call.id,
      () => handle(call.question, abort.signal, (progress) => post({ id: call.id, progress })),
      abort.signal,
    )
    underWay.set(call.id, { abort, done })
    void done.then(() => underWay.delete(call.id))
  })

  async function end(): Promise<void> {
    for (const { abort } of underWay.values()) abort.abort()
    await Promise.all([...underWay.values()].map(({ done }) => done))
    await close()
    port?.close()
  }
}

async function answer(id: number, work: () => Promise<unknown>, signal: AbortSignal): Promise<void> {
  try {
    post({ id, value: await work() })
  } catch (error) {
    if (signal.aborted) post({ id, cancelled: true })
    else if (error instanceof Fault) post({ id, fault: { code: error.code, what: error.what, remedy: error.remedy } })
    else {
      const what = error instanceof Error ? (error.stack ?? error.message) : String(error)
      post({ id, fault: { code: 'internal', what, remedy: 'See the log; report it.' } })
    }
  }
}

function post(message: Answer): void {
  parentPort?.postMessage(message)
}
