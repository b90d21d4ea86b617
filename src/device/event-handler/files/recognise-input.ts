// Finds the format of a file whose configuration says `auto`: by its first lines, or the first ones that are of any.
import { recogniseFormat } from '../../../sensors/formats.ts'
import type { SensorFormat } from '../../../sensors/format.ts'
import type { InputFile } from './input-file.ts'
import { LineBuffer } from '../line-buffer.ts'

/** Lines shown to the formats at once: more than any header takes. */
const sampleLines = 256

/** @returns the format of the first lines that are of any; undefined where no line of the file is */
export async function recogniseInput(file: InputFile): Promise<SensorFormat | undefined> {
  const buffer = new LineBuffer(0)
  let sample: Buffer[] = []
  let format: SensorFormat | undefined
  const look = () => {
    format ??= recogniseFormat(sample)?.format
    sample = []
  }
  const taker = {
    line(bytes: Buffer) {
      if (format !== undefined) return
      sample.push(Buffer.from(bytes))
      if (sample.length >= sampleLines) look()
    },
    tooLong() {},
  }
  for (;;) {
    const got = await file.read(buffer.room, buffer.readOffset)
    if (got > 0) buffer.take(got, taker)
    if (got === 0 || format !== undefined) break
  }
  if (format === undefined) buffer.takeRest(taker)
  if (format === undefined) look()
  return format
}
