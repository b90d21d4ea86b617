// An instance that is open: asked within its deadline, with a note of how it went.
import type { OrganisationId } from '../../core/ids.ts'
import type { Clock } from '../../platform/clock.ts'
import type { ModuleRecord, ModuleVerb } from '../../wire/api/modules.ts'
import { type Asked, askModule } from './ask-module.ts'
import { HealthLog } from './health-log.ts'
import type { Ask, Failed, Module } from './module.ts'
import type { ModuleType } from './known-modules.ts'
import { shownSettings } from './settings.ts'
import type { KeptInstance } from './stored-instances.ts'

/** An instance that can be asked. */
export type OpenModule = {
  readonly id: string
  readonly name: string
  readonly type: string
  readonly verbs: readonly ModuleVerb[]
  readonly deadlineMs: number
  /** Asks within the deadline and notes how it went. */
  ask<T extends { readonly errors: Failed['errors'] }>(
    verb: ModuleVerb,
    signal: AbortSignal,
    work: (module: Module, ask: Ask) => Promise<T | Failed>,
  ): Promise<Asked<T>>
}

export type Live = {
  readonly open: OpenModule
  readonly enabled: boolean
  readonly builtIn: boolean
  record(): ModuleRecord
}

type LiveNeeds = {
  readonly organisation: OrganisationId
  readonly kept: KeptInstance
  readonly type: ModuleType
  readonly module: Module
  readonly clock: Clock
  readonly report: (error: unknown) => void
}

/** threat-response-contract 2.5. */
const healthDeadlineMs = 10_000

export function liveModule({ organisation, kept, type, module, clock, report }: LiveNeeds): Live {
  const { id, name, enabled, createdAt } = kept
  const log = new HealthLog()
  const deadlineMs = type.deadline(kept.settings) * 1_000
  const builtIn = kept.id === type.record.id
  return {
    enabled,
    builtIn,
    open: {
      id,
      name,
      type: type.record.id,
      verbs: module.verbs,
      deadlineMs,
      async ask(verb, signal, work) {
        const limit = verb === 'health' ? Math.min(deadlineMs, healthDeadlineMs) : deadlineMs
        const limits = { deadlineMs: limit, clock, report }
        const asked = await askModule({ organisation, signal }, limits, (ask) => work(module, ask))
        if (!signal.aborted) log.note(asked, clock.now())
        return asked
      },
    },
    record: () => ({
      id,
      name,
      type: type.record.id,
      typeTitle: type.record.title,
      enabled,
      builtIn,
      settings: shownSettings(type.record, kept.settings),
      verbs: module.verbs,
      createdAt,
      health: log.state(),
    }),
  }
}
