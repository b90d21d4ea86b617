// What the command line needs of the other parts, in its own words; src/units/cli.ts passes it in.
import type { Observable } from '../core/observable.ts'

export type CliPorts = {
  /** Name and version, as `sallyport 0.1.0`. */
  readonly program: string
  /** Text in, observables out, in order of appearance. */
  inspect(text: string): Promise<readonly Observable[]>
  /** Opens the data folder of a server that does not run; its answers are those of /api/v1 with the owner's key. */
  openOffline(dataFolder: string): Promise<AsyncDisposable & { fetch(request: Request): Promise<Response> }>
  /** Makes this machine a device of the exchange that the token names. */
  enrol(request: EnrolRequest): Promise<Enrolled>
}

export type EnrolRequest = {
  readonly token: string
  readonly dataFolder: string
  /** Files or folders of sensors to read; none = as configured already. */
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
}
