// The modules of a server on its data folder: their secrets sealed by its key, their lists read from its files.
import { type Modules, type ModulesOptions, openModules } from '../threat-response/modules/modules.ts'
import type { DataFolder } from './data-folder.ts'
import { keyFile } from './key-file.ts'

export async function modulesOf(
  folder: DataFolder,
  needs: Omit<ModulesOptions, 'sealingKey' | 'listsFolder'>,
): Promise<Modules> {
  const sealingKey = Buffer.from(keyFile(folder.sealingKey), 'base64url')
  return await openModules({ ...needs, sealingKey, listsFolder: folder.lists })
}
