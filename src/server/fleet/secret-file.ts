// Folders and files that only their owner may read: refused where others could (security S19).
import { mkdir, readFile, stat } from 'node:fs/promises'
import { Fault } from '../../core/fault.ts'

/** Makes a folder that only its owner may enter; one that exists is refused if it is looser (`data.rights`). */
export async function makeSecretFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 })
  await refuseLoose(path)
}

/** @returns the text, or undefined where there is no file. Throws Fault `data.rights` where others may read it. */
export async function readSecretFile(path: string): Promise<string | undefined> {
  try {
    await refuseLoose(path)
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

async function refuseLoose(path: string): Promise<void> {
  const { mode } = await stat(path)
  if ((mode & 0o077) === 0) return
  throw new Fault('data.rights', {
    what: `${path} can be read by others (mode ${(mode & 0o777).toString(8)})`,
    remedy: `Run \`chmod go= ${path}\`; if others had access, replace the key.`,
  })
}
