// What the command line needs of the other parts, in its own words; src/units/cli.ts passes it in.
import type { Observable } from '../core/observable.ts'
import type { RoleUrls } from '../wire/registration/clients.ts'
import type { Address } from '../platform/address.ts'
import type { ServerOptions } from './server-options.ts'
import type { DoctorReport } from '../wire/doctor.ts'

export type CliPorts = {
  /** Name and version, as `sallyport 0.1.0`. */
  readonly program: string
  /** How it was typed, as `bin/sallyport`: the beginning of what is typed next. */
  readonly invocation: string
  /** Text in, observables out, in order of appearance. */
  inspect(text: string): Promise<readonly Observable[]>
  /** Opens the data folder of a server that does not run; its answers are those of /api/v1 with the owner's key. */
  openOffline(dataFolder: string): Promise<AsyncDisposable & { fetch(request: Request): Promise<Response> }>
  readonly device: DevicePort
  /** Runs sensor output through the whole road; resolves when every event can be found. */
  open(request: OpenRequest): Promise<Opened>
  /** Starts everything on this machine; resolves when it runs. */
  up(request: UpRequest): Promise<RunningSite>
  /** Starts the server alone. */
  exchange(request: ServeRequest): Promise<RunningServer>
}

export type DevicePort = {
  /** What a device would read: what is named, else what is found where sensors usually write. */
  sources(request: SourcesRequest): Promise<ChosenSources>
  /** Whether this folder holds a registration, and whether its exchange still knows it. */
  registration(data: string, signal: AbortSignal): Promise<Registration>
  /** Makes this machine a device of the exchange that the token names. */
  enrol(request: EnrolRequest): Promise<Enrolled>
  /** @returns by which URLs this machine, a device, reaches its exchange; undefined where it is not enrolled */
  roles(dataFolder: string): Promise<RoleUrls | undefined>
  /** Looks from this machine for what is in the way of its device's events; `only` are ids of checks. */
  doctor(request: DoctorRequest): Promise<DoctorReport>
  /** The bundle of this machine's device, with what its exchange says. */
  bundle(request: BundleRequest): Promise<MadeBundle>
  /** What the doctor says of a bundle; undefined where it holds nothing of the device asked for. */
  doctorOf(request: BundledRequest): Promise<DoctorReport | undefined>
  /** Starts the device of this machine. */
  run(request: DeviceRequest): Promise<RunningDevice>
}

export type DoctorRequest = { readonly data: string; readonly only: readonly string[]; readonly signal: AbortSignal }

export type BundleRequest = {
  readonly data: string
  /** What the API of the exchange of this data folder says, or why there is none. */
  readonly exchange: Readonly<Record<string, unknown>> | { readonly unmeasured: string }
  readonly signal: AbortSignal
}

export type MadeBundle = {
  readonly bytes: Uint8Array
  readonly parts: readonly { readonly name: string; readonly bytes: number; readonly what: string }[]
}

export type BundledRequest = {
  readonly bytes: Uint8Array
  /** One of its exchange's; undefined = the device that it is of. */
  readonly device: string | undefined
  readonly only: readonly string[]
  readonly signal: AbortSignal
}

type Watched = { readonly onDeath: (title: string, how: string) => void; readonly signal: AbortSignal }

export type ServeRequest = Watched & ServerOptions & { readonly data: string }

export type UpRequest = ServeRequest & {
  readonly local: Address
  readonly demo: boolean
  readonly sources: readonly string[]
}

export type OpenRequest = Omit<ServeRequest, 'data'> & {
  /** File, folder, or - for standard input. */
  readonly path: string
  readonly local: Address
  /** undefined = a folder of its own, which goes when what was opened is disposed. */
  readonly data: string | undefined
  /** Hears where that folder lies, as soon as it is there. */
  readonly onOwnFolder: (path: string) => void
  readonly onProgress: (done: { readonly events: number; readonly unreadBytes: number }) => void
}

export type DeviceRequest = Watched & { readonly data: string; readonly local: Address }

export type RunningServer = AsyncDisposable & {
  readonly data: string
  readonly console: string
  readonly devices: string
  /** @returns a one-time link that signs the owner in, once the console is built */
  link(): Promise<string>
}

export type RunningSite = RunningServer & {
  readonly local: string
  /** Resolves when the first event can be found, with the time since the start. */
  readonly firstEvent: Promise<number>
  /** What is worth investigating in the demonstration; undefined without it. */
  readonly story: { readonly address: string } | undefined
}

export type Opened = AsyncDisposable & {
  readonly data: string
  readonly totals: OpenTotals
  /** undefined where no line was recognised. */
  readonly site: RunningServer | undefined
}

/** What `open -o json` prints. */
export type OpenTotals = {
  readonly v: 1
  /** Includes the quarantined. */
  readonly events: number
  readonly quarantined: number
  readonly ignored: number
  readonly notSelected: number
  /** Sums to events - quarantined. */
  readonly byType: Readonly<Record<string, number>>
  /** By cause; null = unknown how many. */
  readonly lost: Readonly<Record<string, number | null>>
  readonly skipped: readonly { readonly file: string; readonly lines: number; readonly reason: string }[]
  /** From the start of the processes until every event could be found. */
  readonly durationMs: number
}

export type RunningDevice = AsyncDisposable & {
  readonly local: string
  readonly device: string
  /** Resolves when the exchange has acknowledged the first event, with the milliseconds since the start. */
  readonly firstEvent: Promise<number>
  /** Why none was acknowledged so far, what stands first on the way first. */
  whyNone(): Promise<readonly Reason[]>
}

export type Reason = { readonly code: string; readonly what: string; readonly remedy: string }

export type SourcesRequest = {
  /** Arguments of --source. */
  readonly named: readonly string[]
  /** Stands for / where sensors are looked for. */
  readonly below: string
  readonly signal: AbortSignal
}

export type ChosenSources = {
  /** As arguments of --source. */
  readonly taken: readonly { readonly source: string; readonly why: string }[]
  readonly passedOver: readonly { readonly path: string; readonly why: string }[]
  /** Usual places that are not there. */
  readonly absent: readonly string[]
}

export type Registration =
  | { readonly kind: 'none' }
  /** `live`: its exchange knows it. `unknown`: the exchange could not be asked. `ended`: it was refused, or cannot be used. */
  | { readonly kind: 'live' | 'unknown' | 'ended'; readonly device: string; readonly sources: readonly string[] }

export type EnrolRequest = {
  readonly token: string
  readonly dataFolder: string
  /** `http://[USER:PASSWORD@]HOST:PORT` through which the exchange is reached. */
  readonly proxy?: string
  /** Arguments of --source; none = as configured already. */
  readonly sources: readonly string[]
  readonly signal: AbortSignal
}

export type Enrolled = {
  readonly v: 1
  readonly device: string
  readonly organisation: string
  /** HOST:PORT of the exchange. */
  readonly exchange: string
  /** Unix ms. */
  readonly certificateNotAfter: number
  /** EventHandler's file. */
  readonly configuration: string
  /** Its members that were configured before and stay. */
  readonly kept: readonly string[]
}
