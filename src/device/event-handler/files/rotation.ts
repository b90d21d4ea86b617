// When a rotated file is left for the next one (delivery N2): once it has been quiet and the next is not empty, for a
// writer goes on until it is told.
import { nextGeneration, statPath } from './file-succession.ts'
import type { InputFile } from './input-file.ts'
import type { PackedFile } from '../packer.ts'

/** Follows the name of one source from file to file. */
export class Rotation {
  readonly #path: string
  readonly #quietMs: number
  #seenAt: number | undefined

  constructor(path: string, quietMs: number) {
    this.#path = path
    this.#quietMs = quietMs
  }

  /** Another file is read from here on. */
  reset(): void {
    this.#seenAt = undefined
  }

  /**
   * Looks at the name.
   * @param grewAt when the file being read gave something last, monotonic ms as `now`
   * @returns the next file, open, where the one being read may be left; else whether the name is still, or not, its own
   */
  async look(
    file: InputFile,
    packed: PackedFile,
    older: ReadonlySet<string>,
    { now, grewAt }: { readonly now: number; readonly grewAt: number },
  ): Promise<InputFile | 'same' | 'missing' | 'rotated'> {
    const named = await statPath(this.#path)
    if (named !== 'missing' && named.id === file.id) {
      this.#seenAt = undefined
      return 'same'
    }
    this.#seenAt ??= now
    const known = { id: file.id, fingerprint: packed.fingerprint }
    const next = await nextGeneration(this.#path, known, packed.finished, older)
    // One with two younger generations is nobody's any more.
    const quiet = now - Math.max(grewAt, this.#seenAt) >= this.#quietMs
    if (next !== undefined && (quiet || file.gzipped || next.path !== this.#path)) return next
    await next?.[Symbol.asyncDispose]()
    return named === 'missing' ? 'missing' : 'rotated'
  }
}
