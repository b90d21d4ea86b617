// A rotated file that was left: what is still written into it is lost, and said so (delivery N2).
import type { InputFile } from './input-file.ts'

/** The file left last; it is watched until the next one is left. */
export class LeftFile implements AsyncDisposable {
  readonly #file: InputFile
  #end: number

  /** @param end offset behind the last byte read */
  constructor(file: InputFile, end: number) {
    this.#file = file
    this.#end = end
  }

  get end(): number {
    return this.#end
  }

  /** @returns bytes written since it was left, or since the last call */
  async growth(): Promise<number> {
    if (this.#file.gzipped) return 0
    const { size } = await this.#file.stat()
    const bytes = Math.max(0, size - this.#end)
    this.#end += bytes
    return bytes
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#file[Symbol.asyncDispose]()
  }
}
