// What the supervisor of a device's processes is asked, and answers: one JSON line each over a unix socket that only
// its user may open (0600). It runs in the process that was typed, `device run` or `up` (original-system B10).

/** Below the data folder. */
export const supervisorSocketFile = 'device/run/supervisor.sock'

/** As in the original; `Exchange` where it runs in the same process tree. */
export const serviceIds = ['EventHandler', 'SSEConnector', 'Exchange'] as const
export type ServiceId = (typeof serviceIds)[number]

/**
 * `waiting`: it ended by itself and is started again at `nextStartAt`. `disabled`: somebody said so, and it stays so
 * over a restart. `stopping`: it is being ended in order.
 */
export type ServiceState = 'running' | 'starting' | 'waiting' | 'stopping' | 'disabled'

export type Service = {
  readonly id: ServiceId
  /** `system` or `normal`, as in the original. */
  readonly class: string
  /** Of the process: argv[0], what netstat and lsof show. */
  readonly title: string
  readonly enabled: boolean
  readonly state: ServiceState
  /** 0 while it does not run. */
  readonly pid: number
  /** When it came into this state, Unix ms. */
  readonly since: number
  /** Times it ended by itself and was started again, of this start of the supervisor. */
  readonly restarts: number
  /** How it last ended by itself, or why it could not start; '' = never. */
  readonly lastEnd: string
  readonly command: string
  readonly pidFile: string
  readonly enableFile: string
  readonly stopTimeoutS: number
  readonly requires: readonly ServiceId[]
}

export type ServicesQuestion =
  | { readonly v: 1; readonly ask: 'status' }
  | { readonly v: 1; readonly ask: 'enable' | 'disable' | 'restart'; readonly id: string }

export type ServicesAnswer =
  | { readonly v: 1; readonly ok: true; readonly supervisorPid: number; readonly services: readonly Service[] }
  | { readonly v: 1; readonly ok: false; readonly code: string; readonly what: string; readonly remedy: string }
