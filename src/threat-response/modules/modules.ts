// The modules of every organisation: those that are there from the first start and those that were added, kept in the
// state database, opened once, asked within their deadline, with how they answered lately.
import { randomUUID } from 'node:crypto'
import { lookup } from 'node:dns/promises'
import { Fault } from '../../core/fault.ts'
import type { OrganisationId } from '../../core/ids.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Database } from '../../platform/sqlite.ts'
import { migrate } from '../../platform/sqlite-migrations.ts'
import type { ModuleRecord, ModuleRequest, ModuleTest, ModuleTypeRecord } from '../../wire/api/modules.ts'
import type { EventsPort } from '../enrich/events-port.ts'
import { type Live, liveModule, type OpenModule } from './live-module.ts'
import type { AnyObservable } from './module.ts'
import { type ModuleType, moduleTypes } from './known-modules.ts'
import type { Resolve } from './relay/address-guard.ts'
import { openSigningKeys, type SigningKeys } from './relay/signing-keys.ts'
import { sealWith } from './seal.ts'
import { checkSettings, isSecret } from './settings.ts'
import { type KeptInstance, openStoredInstances, type StoredInstances } from './stored-instances.ts'
import { moduleMigrations, type ModuleTables } from './tables.ts'
import { testModule } from './probe-module.ts'

export type Modules = {
  readonly types: readonly ModuleTypeRecord[]
  /** For relays, which ask at every call. */
  readonly jwks: SigningKeys['jwks']
  list(organisation: OrganisationId): Promise<readonly ModuleRecord[]>
  /** @throws Fault module.settings, module.name */
  add(organisation: OrganisationId, request: ModuleRequest): Promise<ModuleRecord>
  /** @returns false where there is none. @throws Fault module.builtin */
  remove(organisation: OrganisationId, id: string): Promise<boolean>
  /** Asks its health, and every verb about the observables where there are any. @returns undefined where there is none */
  test(
    organisation: OrganisationId,
    id: string,
    observables: readonly AnyObservable[],
    signal: AbortSignal,
  ): Promise<ModuleTest | undefined>
  /** Those that are enabled, in the order in which they are listed. */
  open(organisation: OrganisationId): Promise<readonly OpenModule[]>
}

export type ModulesOptions = {
  readonly db: Database['db']
  readonly events: EventsPort
  readonly clock: Clock
  /** 32 bytes that lie apart from the database. */
  readonly sealingKey: Buffer
  /** `HOST[:PORT]` at which our JWKS is reached over TLS; asked when a token is made. */
  readonly jwksHost: () => string
  /** Folder of the lists that are files: `clean/`, `common/` below it. */
  readonly listsFolder: string
  readonly report: (error: unknown) => void
  /** For tests: another name server. */
  readonly resolve?: Resolve
}

/** A name server of an operator, asked through the system. */
const systemResolve: Resolve = (hostname) => lookup(hostname, { all: true })

/** Throws SqliteFailure, Fault `module.sealed`. */
export async function openModules(options: ModulesOptions): Promise<Modules> {
  const { clock } = options
  await migrate(options.db, 'modules', moduleMigrations)
  const db = options.db.$extendTables<ModuleTables>()
  const seal = sealWith(options.sealingKey)
  const keys = await openSigningKeys(db, seal, clock)
  const resolve = options.resolve ?? systemResolve
  const types = moduleTypes({ ...options, resolve, signingKey: keys.signing })
  return new Registry(options, types, openStoredInstances(db, seal), keys.jwks)
}

/** Opens each instance once; what is read from the database is what is asked. */
class Registry implements Modules {
  readonly types: readonly ModuleTypeRecord[]
  readonly jwks: SigningKeys['jwks']
  readonly #needs: ModulesOptions
  readonly #types: readonly ModuleType[]
  readonly #stored: StoredInstances
  readonly #live = new Map<string, Live>()

  constructor(needs: ModulesOptions, types: readonly ModuleType[], stored: StoredInstances, jwks: SigningKeys['jwks']) {
    this.types = types.map(({ record }) => record)
    this.jwks = jwks
    this.#needs = needs
    this.#types = types
    this.#stored = stored
  }

  async list(organisation: OrganisationId): Promise<readonly ModuleRecord[]> {
    return (await this.#all(organisation)).map(({ record }) => record())
  }

  async open(organisation: OrganisationId): Promise<readonly OpenModule[]> {
    return (await this.#all(organisation)).filter(({ enabled }) => enabled).map(({ open }) => open)
  }

  async add(organisation: OrganisationId, request: ModuleRequest): Promise<ModuleRecord> {
    const type = this.#typeOf(request.type)
    if (type?.record.addable !== true)
      throw new Fault('module.settings', { what: `"${request.type}" is no type of which modules can be added` })
    const settings = checkSettings(type.record, request.settings ?? {})
    const name = request.name.trim()
    if (name === '' || (await this.#all(organisation)).some(({ open }) => open.name === name))
      throw new Fault('module.name', { what: name === '' ? 'A module needs a name' : `"${name}" exists already` })
    const reach = await type.admit(settings)
    const createdAt = this.#needs.clock.now()
    const kept = { id: randomUUID(), type: type.record.id, name, settings, reach, enabled: true, createdAt }
    const made = this.#openOne(organisation, kept, type)
    await this.#stored.add(organisation, kept, type.record)
    return made.record()
  }

  async remove(organisation: OrganisationId, id: string): Promise<boolean> {
    const found = await this.#find(organisation, id)
    if (found?.builtIn === true) throw new Fault('module.builtin', { what: `${found.open.name} is part of the server` })
    this.#live.delete(`${organisation}/${id}`)
    return await this.#stored.remove(organisation, id)
  }

  async test(
    organisation: OrganisationId,
    id: string,
    observables: readonly AnyObservable[],
    signal: AbortSignal,
  ): Promise<ModuleTest | undefined> {
    const found = await this.#find(organisation, id)
    return found === undefined ? undefined : await testModule(found.open, observables, signal)
  }

  async #find(organisation: OrganisationId, id: string): Promise<Live | undefined> {
    return (await this.#all(organisation)).find(({ open }) => open.id === id)
  }

  async #all(organisation: OrganisationId): Promise<readonly Live[]> {
    const builtIn = this.types.filter(({ key }) => builtInTypes.has(key)).map(builtInOf)
    const all = [...builtIn, ...(await this.#stored.list(organisation))]
    return all.flatMap((kept) => {
      const key = `${organisation}/${kept.id}`
      const type = this.#typeOf(kept.type)
      // A type of a later version: the instance stays, and nobody asks it.
      if (type === undefined) return []
      const live = this.#live.get(key) ?? this.#openOne(organisation, kept, type)
      this.#live.set(key, live)
      return [live]
    })
  }

  #typeOf(word: string): ModuleType | undefined {
    return this.#types.find(({ record }) => record.id === word || record.key === word)
  }

  #openOne(organisation: OrganisationId, kept: KeptInstance, type: ModuleType): Live {
    const secrets = Object.entries(kept.settings).flatMap(([name, value]) =>
      isSecret(type.record, name) ? [value].flat().map(String) : [],
    )
    const module = type.open({ ...kept, secrets })
    const { clock, report } = this.#needs
    return liveModule({ organisation, kept, type, module, clock, report })
  }
}

/** One of each is there from the first start, under the id of its type. */
const builtInTypes = new Set(['events', 'lists'])

function builtInOf({ id, title }: ModuleTypeRecord): KeptInstance {
  return { id, type: id, name: title, settings: {}, reach: [], enabled: true, createdAt: 0 }
}
