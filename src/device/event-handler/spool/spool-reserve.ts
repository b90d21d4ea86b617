// A reserve held on disk so that on a full disk losses can still be written (delivery S8).
import { join } from 'node:path'
import type { DurableFiles } from '../../../platform/durable-files.ts'

export const reserveBytes = 16 * 1024 * 1024
const reserveName = 'reserve'
const zeros = Buffer.alloc(1024 * 1024)

/** The file of zeros that gives its room when the disk is full. */
export class SpoolReserve {
  readonly #files: DurableFiles
  readonly #folder: string
  #held = false

  constructor(files: DurableFiles, folder: string) {
    this.#files = files
    this.#folder = folder
  }

  get held(): boolean {
    return this.#held
  }

  /** Holds the reserve where the disk has room for it and as much again. @returns whether it is held */
  async hold(): Promise<boolean> {
    if (this.#held) return true
    try {
      if (await this.#onDisk()) return (this.#held = true)
      await this.#files.unlink(join(this.#folder, reserveName))
      if ((await this.#files.freeBytes(this.#folder)) < 2 * reserveBytes) return false
      await using file = await this.#files.create(join(this.#folder, reserveName))
      for (let at = 0; at < reserveBytes; at += zeros.length) await file.write(zeros, at)
      await file.sync()
      return (this.#held = true)
    } catch {
      return false
    }
  }

  /** Gives the room back to the disk. */
  async release(): Promise<void> {
    this.#held = false
    await this.#files.unlink(join(this.#folder, reserveName)).catch(() => undefined)
  }

  async #onDisk(): Promise<boolean> {
    if (!(await this.#files.list(this.#folder)).includes(reserveName)) return false
    await using file = await this.#files.open(join(this.#folder, reserveName))
    return (await file.size()) === reserveBytes
  }
}
