// What every code of the catalogue has.

export type CodeEntry = {
  /** What is wrong, as a sentence without its full stop. */
  readonly cause: string
  /** What the reader does about it. */
  readonly remedy: string
}
