// What `open FILE|DIR` takes: every file whose lines one of the formats recognises, under the name its source gets;
// the others with the lines they hold, so that nothing is passed over in silence.
import { createReadStream } from 'node:fs'
import { open, readdir, stat } from 'node:fs/promises'
import { basename, join, relative } from 'node:path'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { Fault } from '../core/fault.ts'
import type { FormatName } from '../sensors/format.ts'
import { formatNamed, recogniseFormat } from '../sensors/formats.ts'

export type SensorInput = {
  readonly kind: 'sensor'
  readonly path: string
  readonly name: string
  readonly format: FormatName
}
/** `lines` are of no format; `ignored` are those of another product. */
export type SkippedInput = {
  readonly kind: 'skipped'
  readonly path: string
  readonly name: string
  readonly lines: number
  readonly ignored: number
  readonly reason: string
}
export type Input = SensorInput | SkippedInput

/** Lines looked at together; the format with most of them wins. */
const lookAtLines = 64
/** Enough of a line to recognise it by; the rest of a longer one is passed over. */
const lookAtBytes = 64 * 1024
const folderDepthMax = 8
const filesMax = 10_000

/**
 * @param linesMax lines of a file that are looked at before it is passed over; by default all, so that they are counted
 * @throws Fault `input.missing` or `input.unreadable` where `path` itself cannot be looked at
 */
export async function findInputs(path: string, signal: AbortSignal, linesMax = Infinity): Promise<Input[]> {
  const about = await stat(path).catch((cause: unknown) => {
    throw new Fault('input.missing', { what: `${path} does not exist or may not be looked at`, cause })
  })
  const look = (file: string, name: string, alone: boolean) => lookInto({ path: file, name, signal, alone, linesMax })
  if (!about.isDirectory()) return [await look(path, basename(path), true)]
  const files = await filesBelow(path)
  const inputs: Input[] = []
  for (const file of files) inputs.push(await look(file, relative(path, file), false))
  return inputs
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch((cause: unknown) => {
    throw new Fault('input.unreadable', { what: `${folder} cannot be listed`, cause })
  })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => relative(folder, file).split('/').length <= folderDepthMax)
    .sort()
    .slice(0, filesMax)
}

async function lookInto(at: {
  readonly path: string
  readonly name: string
  readonly signal: AbortSignal
  /** It was named itself, so that what cannot be read is an error. */
  readonly alone: boolean
  readonly linesMax: number
}): Promise<Input> {
  const { path, name, signal, alone, linesMax } = at
  let lines = 0
  let ignored = 0
  try {
    for await (const some of linesOf(path, signal)) {
      const found = recogniseFormat(some)
      if (found !== undefined) return { kind: 'sensor', path, name, format: found.format.name }
      for (const line of some) {
        if (line.length === 0) continue
        if (isOfAnotherProduct(line, name)) ignored += 1
        else lines += 1
      }
      if (lines + ignored >= linesMax) break
    }
  } catch (cause) {
    if (signal.aborted) throw cause
    if (alone)
      throw new Fault('input.unreadable', {
        what: `${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
        cause,
      })
    return { kind: 'skipped', path, name, lines, ignored, reason: 'it cannot be read' }
  }
  return {
    kind: 'skipped',
    path,
    name,
    lines,
    ignored,
    reason: lines + ignored === 0 ? 'it is empty' : 'no line is of a format known here',
  }
}

function isOfAnotherProduct(line: Buffer, fileName: string): boolean {
  return formatNamed('cisco/syslog')?.glance(line, { fileName, context: '' }).kind === 'ignored'
}

/** Yields the lines of a file, unpacked where it is gzip, some at a time, each cut to what recognition needs. */
async function* linesOf(path: string, signal: AbortSignal): AsyncGenerator<Buffer[]> {
  const packed = await isGzip(path)
  const file = createReadStream(path, { signal, highWaterMark: 256 * 1024 })
  const chunks: AsyncIterable<Buffer> = packed ? pipeline(file, createGunzip(), () => undefined) : file
  let rest = Buffer.alloc(0)
  let lines: Buffer[] = []
  for await (const chunk of chunks) {
    const text = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    let begin = 0
    for (let end = text.indexOf(10); end >= 0; end = text.indexOf(10, begin)) {
      lines.push(text.subarray(begin, Math.min(end, begin + lookAtBytes)))
      begin = end + 1
      if (lines.length === lookAtLines) {
        yield lines
        lines = []
      }
    }
    rest = Buffer.from(text.subarray(begin, begin + lookAtBytes))
  }
  if (rest.length > 0) lines.push(rest)
  if (lines.length > 0) yield lines
}

async function isGzip(path: string): Promise<boolean> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0)
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b
  } finally {
    await file.close()
  }
}
