// Text from a file or from standard input, with a bound.
import { createReadStream } from 'node:fs'
import { Fault } from '../core/fault.ts'
import { say, type Terminal } from './terminal.ts'

/** Half of what one JavaScript string can hold. */
const bytesMax = 268_435_456

/**
 * @param file a path, or `-` for standard input
 * @returns the whole text; bytes that are no UTF-8 are replaced
 * @throws Fault input.missing, input.unreadable, input.large
 */
export async function readText(terminal: Terminal, file: string, signal: AbortSignal): Promise<string> {
  if (file === '-' && terminal.stdin.isTTY === true) say(terminal, 'Type or paste the text; end with Ctrl-D.')
  const stream = file === '-' ? terminal.stdin : createReadStream(file, { signal })
  const chunks: Buffer[] = []
  let bytes = 0
  const aborted = Promise.withResolvers<never>()
  aborted.promise.catch(() => undefined)
  const abort = () => aborted.reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  const read = async () => {
    for await (const chunk of stream) {
      const data = Buffer.from(chunk)
      bytes += data.length
      if (bytes > bytesMax)
        throw new Fault('input.large', { what: `${nameOf(file)} is larger than ${bytesMax / 1_048_576} MiB` })
      chunks.push(data)
    }
    return Buffer.concat(chunks).toString('utf8')
  }
  try {
    signal.throwIfAborted()
    return await Promise.race([read(), aborted.promise])
  } catch (error) {
    throw readFault(error, file)
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

function readFault(error: unknown, file: string): unknown {
  if (!(error instanceof Error && 'code' in error)) return error
  if (error.code === 'ENOENT')
    return new Fault('input.missing', { what: `${nameOf(file)} does not exist`, cause: error })
  if (error.code === 'EISDIR')
    return new Fault('input.unreadable', { what: `${file} is a folder`, remedy: 'Name a file in it.', cause: error })
  if (error.code === 'EACCES' || error.code === 'EPERM')
    return new Fault('input.unreadable', { what: `${nameOf(file)} cannot be read`, cause: error })
  return error
}

function nameOf(file: string): string {
  return file === '-' ? 'standard input' : file
}
