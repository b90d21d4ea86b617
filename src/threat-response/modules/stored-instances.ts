// Instances in the state database: what may be shown as JSON, secrets sealed to their row.
import type { OrganisationId } from '../../core/ids.ts'
import type { ModuleSettings, ModuleTypeRecord } from '../../wire/api/modules.ts'
import type { Seal } from './seal.ts'
import { partSettings } from './settings.ts'
import type { ModulesDb } from './tables.ts'

export type KeptInstance = {
  readonly id: string
  readonly type: string
  readonly name: string
  /** With the secrets. */
  readonly settings: ModuleSettings
  readonly reach: readonly string[]
  readonly enabled: boolean
  readonly createdAt: number
}

export type StoredInstances = {
  /** Oldest first. @throws Fault module.sealed */
  list(organisation: OrganisationId): Promise<readonly KeptInstance[]>
  add(organisation: OrganisationId, kept: KeptInstance, type: ModuleTypeRecord): Promise<void>
  remove(organisation: OrganisationId, id: string): Promise<boolean>
}

export function openStoredInstances(db: ModulesDb, seal: Seal): StoredInstances {
  return {
    async list(organisation) {
      const rows = await db
        .selectFrom('module_instance')
        .selectAll()
        .where('organisation', '=', organisation)
        .orderBy('created_at')
        .orderBy('id')
        .execute()
      return rows.map(({ id, type, name, settings, sealed, reach, enabled, created_at }) => ({
        id,
        type,
        name,
        settings: { ...parsed(settings), ...parsed(seal.open(sealed, place(organisation, id))) },
        reach: JSON.parse(reach),
        enabled: enabled === 1,
        createdAt: created_at,
      }))
    },
    async add(organisation, { id, type, name, settings, reach, enabled, createdAt }, form) {
      const { open, secret } = partSettings(form, settings)
      const row = {
        organisation,
        id,
        type,
        name,
        settings: JSON.stringify(open),
        sealed: seal.close(JSON.stringify(secret), place(organisation, id)),
        reach: JSON.stringify(reach),
        enabled: enabled ? 1 : 0,
        created_at: createdAt,
      }
      await db.insertInto('module_instance').values(row).execute()
    },
    async remove(organisation, id) {
      const query = db.deleteFrom('module_instance').where('organisation', '=', organisation).where('id', '=', id)
      return (await query.executeTakeFirst()).numDeletedRows > 0n
    },
  }
}

function place(organisation: string, id: string): string {
  return `module/${organisation}/${id}`
}

function parsed(text: string): ModuleSettings {
  return JSON.parse(text)
}
