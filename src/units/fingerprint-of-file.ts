// The fingerprint by which an input is known to the journal: that of its unpacked beginning (delivery N2).
import { fingerprintOf } from '../device/event-handler/files/file-fingerprint.ts'
import { openInputFile } from '../device/event-handler/files/input-file.ts'

/** @returns the first 16 hexadecimal digits of the SHA-256 of the file's beginning, as blocks carry it. */
export async function fingerprintOfFile(path: string): Promise<string> {
  await using file = await openInputFile(path)
  return fingerprintOf(await file.head()).sha256
}
