// Keeps what Node made of the source (types stripped, code compiled) for the next start, which then takes half the time.
// It lies beside the code, never in a folder that others may write: who can change one can change the other.
import module from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = join(dirname(dirname(fileURLToPath(import.meta.url))), 'node_modules', '.cache', 'compiled')

/** For this process, its children and their threads. Where the folder cannot be written, every start compiles anew. */
export function keepCompiled() {
  const { directory } = module.enableCompileCache(folder)
  if (directory !== undefined) process.env.NODE_COMPILE_CACHE ??= folder
}
