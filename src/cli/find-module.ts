// The module a person means: by its id, or by its name.
import { Fault } from '../core/fault.ts'
import type { ModuleList, ModuleRecord } from '../wire/api/modules.ts'
import type { Client } from './client.ts'

/** @throws Fault module.unknown */
export async function findModule(client: Client, word: string): Promise<ModuleRecord> {
  const { modules } = await client.get<ModuleList>('modules')
  const found = modules.find(({ id }) => id === word) ?? modules.find(({ name }) => name === word)
  if (found === undefined) throw new Fault('module.unknown', { what: `There is no module "${word}" here` })
  return found
}
