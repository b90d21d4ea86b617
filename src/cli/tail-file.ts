// The file a tail is kept in: goes on behind its last whole line, whoever was killed while it was written (issue 9, 8).
import { type FileHandle, open } from 'node:fs/promises'
import { systemClock } from '../platform/clock.ts'
import { takeProcessLock } from '../platform/process-lock.ts'
import { Fault } from '../core/fault.ts'

export type TailFile = AsyncDisposable & {
  /** Of the last line; undefined where there is none. */
  readonly cursor: string | undefined
  append(line: string): Promise<void>
}

const bytesPerLook = 65_536
/** What every line of a tail begins with, as the server writes it. */
const lineBegin = '{"kind":"'

/**
 * Opens the file, making it where there is none; a line that was not written to its end is cut off.
 * @throws Fault output.unwritable, input.malformed where the last line is none of a tail
 */
export async function openTailFile(path: string): Promise<TailFile> {
  await using opening = new AsyncDisposableStack()
  // Two tails would write every event twice.
  const taken = await takeProcessLock(`${path}.lock`, 0, systemClock).catch((cause: unknown) => {
    throw unwritable(path, cause)
  })
  if (taken.kind === 'held')
    throw new Fault('data.locked', {
      what: `Process ${taken.pid} writes ${path}`,
      remedy: 'Stop it, or name another file.',
    })
  opening.use(taken.lock)
  const file = opening.use(
    // Not for appending: the torn end is cut off first.
    await open(path, 'a+', 0o600).catch((cause: unknown) => {
      throw unwritable(path, cause)
    }),
  )
  const last = await lastLine(file)
  const cursor = last.text === '' ? undefined : cursorOf(last.text, path)
  // Only of a tail the torn end may go: a file of something else is left as it is.
  if (cursor === undefined && !(await isBeginOfTail(file))) throw noTail(path)
  await file.truncate(last.end)
  const parts = opening.move()
  return {
    cursor,
    append: async (line) => {
      await file.appendFile(`${line}\n`)
    },
    [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose](),
  }
}

/** @returns the last line that has an end, and where that is. */
async function lastLine(file: FileHandle): Promise<{ readonly text: string; readonly end: number }> {
  let begin = (await file.stat()).size
  let tail = Buffer.alloc(0)
  for (;;) {
    const end = tail.lastIndexOf(10)
    const before = end < 1 ? -1 : tail.lastIndexOf(10, end - 1)
    if (begin === 0 || before >= 0)
      return { text: end < 0 ? '' : tail.toString('utf8', before + 1, end), end: begin + end + 1 }
    const length = Math.min(bytesPerLook, begin)
    begin -= length
    const { buffer } = await file.read({ buffer: Buffer.alloc(length), position: begin })
    tail = Buffer.concat([buffer, tail])
  }
}

/** @returns whether nothing stands there but what the first line of a tail may have begun with */
async function isBeginOfTail(file: FileHandle): Promise<boolean> {
  const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(lineBegin.length), position: 0 })
  return lineBegin.startsWith(buffer.toString('latin1', 0, bytesRead))
}

function cursorOf(line: string, path: string): string {
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value === 'object' && value !== null && 'cursor' in value && typeof value.cursor === 'string')
      return value.cursor
  } catch {
    // Said below: whatever it is, it is no line of a tail.
  }
  throw noTail(path)
}

function noTail(path: string): Fault {
  return new Fault('input.malformed', {
    what: `The last line of ${path} is none of a tail`,
    remedy: 'Name another file with --out, or move this one away.',
  })
}

function unwritable(path: string, cause: unknown): Fault {
  const what = `${path} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`
  return new Fault('output.unwritable', { what, cause })
}
