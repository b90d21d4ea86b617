// Where the corpus of real sensor output lies: beside the checkout, read there, never copied. Absent = skipped loudly.
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'

const folder = process.env['SALLYPORT_CORPUS'] ?? resolve(import.meta.dirname, '../../shared/corpus')

/** Option for node:test: runs where the corpus is, else skips with the reason, which the summary counts. */
export const needsCorpus = existsSync(folder)
  ? {}
  : { skip: `NOT TESTED: no corpus at ${folder}; set SALLYPORT_CORPUS to its folder` }

/** @returns the absolute path of a file or folder of the corpus. */
export function corpusPath(relative: string): string {
  return join(folder, relative)
}
