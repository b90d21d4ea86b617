// What the API needs of its siblings, in its own words; `units` passes them in (DESIGN "Parts").
import type { Code } from '../../core/codes.ts'
import type { EventId, OrganisationId } from '../../core/ids.ts'
import type { Observable } from '../../core/observable.ts'
import type {
  EventCount,
  EventHistogram,
  EventPage,
  EventQuestion,
  EventRecord,
  EventTop,
  InputTotals,
  Requarantined,
  TailLine,
} from '../../wire/api/events.ts'
import type {
  DeviceRecord,
  RegionRecord,
  ListenerCa,
  ServerNames,
  ServerStatus,
  TokenRecord,
} from '../../wire/api/fleet.ts'
import type { Investigation, InvestigationEvent, InvestigationRequest } from '../../wire/api/investigations.ts'
import type { Ledger, LedgerVerification } from '../../wire/api/ledger.ts'
import type { ModuleRecord, ModuleRequest, ModuleTest, ModuleTypeRecord } from '../../wire/api/modules.ts'
import type { DoctorReport } from '../../wire/doctor.ts'

/** The journal, as one who asks sees it. Rejects with Fault `query.malformed` or `query.cursor`. */
export type EventReader = {
  search(organisation: OrganisationId, question: EventQuestion & PageOf): Promise<EventPage>
  count(organisation: OrganisationId, question: EventQuestion): Promise<EventCount>
  histogram(organisation: OrganisationId, question: EventQuestion, buckets: number): Promise<EventHistogram>
  top(organisation: OrganisationId, question: EventQuestion, facet: string, n: number): Promise<EventTop>
  /** @returns undefined where there is none, or it belongs to another organisation */
  event(organisation: OrganisationId, id: EventId): Promise<EventRecord | undefined>
  /**
   * What arrives, in order, from `start`, `now` or the cursor of a line: each answer is what was found, and says at the
   * latest every 15 s that it lives. Ends at abort.
   */
  tail(organisation: OrganisationId, question: EventQuestion, from: TailFrom): AsyncIterable<readonly TailLine[]>
  inputTotals(organisation: OrganisationId, input: InputName): Promise<InputTotals>
  /** Reads every quarantined line again with the parsers of this version. */
  requarantine(organisation: OrganisationId): Promise<Requarantined>
}

export type PageOf = { readonly limit: number; readonly cursor?: string }

export type TailFrom = { readonly from: string; readonly signal: AbortSignal }

export type InputName = { readonly device: string; readonly source: string; readonly fingerprint?: string }

export type LedgerReader = {
  ledger(organisation: OrganisationId): Promise<Ledger>
  verify(organisation: OrganisationId): Promise<LedgerVerification>
}

/** Text in, observables out, in order of appearance. */
export type Inspector = (text: string) => readonly Observable[]

export type Investigations = {
  /** Begins one. @returns it as it stands now, with its id */
  create(organisation: OrganisationId, request: InvestigationRequest): Promise<Investigation>
  get(organisation: OrganisationId, id: string): Promise<Investigation | undefined>
  /** Resolves when it is done or failed, or `timeoutMs` have passed, or at abort: as it stands then. */
  wait(
    organisation: OrganisationId,
    id: string,
    limit: { readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Promise<Investigation | undefined>
  /** Its events behind a place, as they come; `over`: nothing comes any more. @returns undefined where there is none */
  follow(
    organisation: OrganisationId,
    id: string,
    after: number,
    signal: AbortSignal,
  ): Promise<
    | {
        readonly over: boolean
        readonly events: AsyncIterable<readonly { readonly id: number; readonly event: InvestigationEvent }[]>
      }
    | undefined
  >
}

export type Modules = {
  readonly types: readonly ModuleTypeRecord[]
  /** Public keys, from memory: relays ask at every call. */
  readonly jwks: { readonly keys: readonly object[] }
  list(organisation: OrganisationId): Promise<readonly ModuleRecord[]>
  /** Rejects with Fault `module.settings` or `module.name`. */
  add(organisation: OrganisationId, request: ModuleRequest): Promise<ModuleRecord>
  /** @returns false where there is none. Rejects with Fault `module.builtin` */
  remove(organisation: OrganisationId, id: string): Promise<boolean>
  /** @returns undefined where there is none */
  test(
    organisation: OrganisationId,
    id: string,
    observables: readonly Observable[],
    signal: AbortSignal,
  ): Promise<ModuleTest | undefined>
}

export type Fleet = {
  devices(organisation: OrganisationId): Promise<readonly DeviceRecord[]>
  /** @returns undefined where there is none, or it belongs to another organisation */
  device(organisation: OrganisationId, device: string): Promise<DeviceRecord | undefined>
  /** Revokes its certificates and closes its live channel. @returns the device after it, undefined if unknown */
  revoke(organisation: OrganisationId, device: string): Promise<DeviceRecord | undefined>
  /** Puts names into the server's certificate; devices connect by one of them. @returns all names after it */
  addNames(names: readonly string[]): Promise<ServerNames>
  /** What senders to the devices' TLS listeners are to trust. */
  listenerCa(): ListenerCa
}

export type Doctor = {
  /** Has the device look for what is in its way; where it has no channel the report is what the exchange knows. */
  examine(organisation: OrganisationId, device: string): Promise<DoctorReport | undefined>
  /** @returns the newest report that was asked for here */
  last(organisation: OrganisationId, device: string): DoctorReport | undefined
}

export type Tokens = {
  /** Rejects with Fault `enrolment.token.name` where no device could come back by it. */
  create(request: TokenRequest): Promise<TokenRecord>
}

export type TokenRequest = {
  readonly organisation: OrganisationId
  readonly creator: string
  /** Suggested device name: data, never trusted. */
  readonly name?: string
  readonly lifetimeMs: number
}

export type ServerStatusReader = (organisation: OrganisationId) => Promise<ServerStatus>

/** What keeps the server from taking events. */
export type Hindrance = { readonly part: 'journal' | 'state' | 'devices'; readonly code: Code }

export type ApiPorts = {
  readonly events: EventReader
  readonly ledger: LedgerReader
  readonly inspect: Inspector
  readonly investigations: Investigations
  readonly modules: Modules
  readonly fleet: Fleet
  readonly doctor: Doctor
  readonly tokens: Tokens
  readonly status: ServerStatusReader
  region(): RegionRecord
  /** @returns what hinders now; none = ready. Never rejects. */
  ready(): Promise<readonly Hindrance[]>
  /** How many channels are open. */
  channels(): number
}
