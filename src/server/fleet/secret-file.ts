// Files that only their owner may read: written whole and synced, refused where others could read them (security S19).
import { constants } from 'node:fs'
import { mkdir, open, readFile, rename, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
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

/** Replaces the file in one step: after a power cut the old text is there or the new, whole and synced. */
export async function writeSecretFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.new`
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW
  {
    await using file = await open(temporary, flags, 0o600)
    await file.chmod(0o600)
    await file.writeFile(text)
    await file.sync()
  }
  await rename(temporary, path)
  await using folder = await open(dirname(path), constants.O_RDONLY)
  await folder.sync()
}

async function refuseLoose(path: string): Promise<void> {
  const { mode } = await stat(path)
  if ((mode & 0o077) === 0) return
  throw new Fault('data.rights', {
    what: `${path} can be read by others (mode ${(mode & 0o777).toString(8)})`,
    remedy: `Run \`chmod go= ${path}\`; if others had access, replace the key.`,
  })
}
