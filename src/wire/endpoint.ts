// Where a running server listens, written by it into its data folder (0600), read by the CLI and by `up`.

export type Endpoint = {
  readonly v: 1
  readonly pid: number
  /** Start time of that pid in clock ticks since boot, so that a reused pid is not taken for it. */
  readonly startTicks: number
  /** Base of console and API, `http://127.0.0.1:PORT`. */
  readonly console: string
  /** `HOST:PORT` of the devices' listener. */
  readonly devices: string
}

/** Below the data folder. */
export const endpointFile = 'exchange/endpoint.json'
/** The owner's API key, 0600: who reads the folder owns the system (DESIGN "Processes"). */
export const ownerKeyFile = 'owner.key'
