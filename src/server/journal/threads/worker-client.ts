// The main thread's end of a worker: asks, hears progress, cancels, and turns a worker's death into a fault for all
// who wait, and for the owner. The worker ends when this is disposed.
import { extname } from 'node:path'
import { type MessagePort, Worker } from 'node:worker_threads'
import { Fault } from '../../../core/fault.ts'
import type { Answer, AnswerOf, QuestionOf, WorkerSetup } from './worker-messages.ts'

/** Hears what a worker has to say unasked. */
export type WorkerWarning = (warning: string, detail: Readonly<Record<string, unknown>>) => void

/** Hears once that a worker ended by itself: it answers nothing any more. */
export type WorkerDeath = (fault: Fault) => void

export type WorkerHearers = { readonly warn: WorkerWarning; readonly died: WorkerDeath }

export type AskOptions = {
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number) => void
  readonly transfer?: readonly (ArrayBuffer | MessagePort)[]
}

type Waiting = {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
  readonly onProgress: ((done: number) => void) | undefined
  readonly settled: () => void
}

/** Asks a worker; each kind of question has its own type of answer. */
export class WorkerClient<Questions> implements AsyncDisposable {
  readonly #name: string
  readonly #worker: Worker
  readonly #died: WorkerDeath
  readonly #waiting = new Map<number, Waiting>()
  #lastId = 0
  #ended: Fault | undefined
  #closing = false

  /** @param name base of the worker's file name beside this one: `writer` → writer.worker.ts */
  constructor(name: string, setup: WorkerSetup, { warn, died }: WorkerHearers) {
    this.#name = name
    // The ending is that of this file: tsc rewrites it in imports, not in URLs (style 3, Workers).
    const url = new URL(`./${name}.worker${extname(import.meta.filename)}`, import.meta.url)
    this.#worker = new Worker(url, {
      workerData: setup,
      name: `journal ${name}`,
      transferList: setup.wake === undefined ? [] : [setup.wake],
    })
    this.#worker.on('message', (answer: Answer) => this.#hear(answer, warn))
    this.#worker.on('error', (error) =>
      this.#end(`the ${name} of the journal broke: ${error instanceof Error ? error.message : String(error)}`, error),
    )
    this.#died = died
    this.#worker.on('exit', () => this.#end(`the ${name} of the journal has ended`, undefined))
  }

  /** @throws Fault as the worker says; the reason of the signal once it aborts */
  ask<Kind extends keyof Questions>(
    question: Extract<QuestionOf<Questions>, { readonly kind: Kind }>,
    options: AskOptions = {},
  ): Promise<AnswerOf<Questions, Kind>> {
    const { signal } = options
    if (this.#ended !== undefined) return Promise.reject(this.#ended)
    if (signal?.aborted) return Promise.reject(signal.reason)
    const id = ++this.#lastId
    const promise = new Promise<unknown>((resolve, reject) => {
      const cancel = () => {
        this.#worker.postMessage({ id, cancel: true })
        this.#waiting.delete(id)
        reject(signal?.reason)
      }
      signal?.addEventListener('abort', cancel, { once: true })
      const settled = () => signal?.removeEventListener('abort', cancel)
      this.#waiting.set(id, { resolve, reject, onProgress: options.onProgress, settled })
    })
    this.#worker.postMessage({ id, question }, options.transfer ?? [])
    return promise as Promise<AnswerOf<Questions, Kind>>
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#ended !== undefined) return
    this.#closing = true
    const exited = new Promise<void>((resolve) => this.#worker.once('exit', () => resolve()))
    this.#worker.postMessage('end')
    await exited
  }

  #hear(answer: Answer, warn: WorkerWarning): void {
    if ('warning' in answer) {
      warn(answer.warning, answer.detail)
      return
    }
    const waiting = this.#waiting.get(answer.id)
    if (waiting === undefined) return
    if ('progress' in answer) {
      waiting.onProgress?.(answer.progress)
      return
    }
    this.#waiting.delete(answer.id)
    waiting.settled()
    if ('fault' in answer) waiting.reject(new Fault(answer.fault.code, answer.fault))
    else if ('value' in answer) waiting.resolve(answer.value)
    else waiting.reject(new Fault('journal.unavailable', { what: `the ${this.#name} of the journal is closing` }))
  }

  #end(what: string, cause: unknown): void {
    if (this.#ended !== undefined) return
    this.#ended = new Fault('journal.unavailable', { what, cause })
    for (const waiting of this.#waiting.values()) {
      waiting.settled()
      waiting.reject(this.#ended)
    }
    this.#waiting.clear()
    if (!this.#closing) this.#died(this.#ended)
  }
}
