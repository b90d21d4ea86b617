// Hints that a file may have grown or been rotated. Only hints: where the file system gives none, polling finds it.
import { type FSWatcher, watch } from 'node:fs'
import { basename, dirname } from 'node:path'

/** Watches the folder of a file, so that a rotation is seen as well. */
export class FolderWatch implements Disposable {
  readonly #path: string
  readonly #hint: () => void
  #watcher: FSWatcher | undefined
  #proved = false

  constructor(path: string, hint: () => void) {
    this.#path = path
    this.#hint = hint
    this.#start()
  }

  /** A hint has come before: polling may be rare. */
  get proved(): boolean {
    return this.#proved && this.#watcher !== undefined
  }

  [Symbol.dispose](): void {
    this.#watcher?.close()
  }

  #start(): void {
    const name = basename(this.#path)
    try {
      this.#watcher = watch(dirname(this.#path), { persistent: false }, (_, changed) => {
        if (changed !== name) return
        this.#proved = true
        this.#hint()
      })
      this.#watcher.on('error', () => {
        this.#watcher?.close()
        this.#watcher = undefined
      })
    } catch {
      this.#watcher = undefined
    }
  }
}
