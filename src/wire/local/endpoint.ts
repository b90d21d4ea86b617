// Where the connector of a device folder listens, written by it, read by the tools of this machine.

/** Below the device's folder. */
export const connectorEndpointFile = 'run/connector.json'

export type ConnectorEndpoint = {
  readonly v: 1
  readonly pid: number
  /** `HOST:PORT` of the local API. */
  readonly local: string
  /** `HOST:PORT` of `connector_fqdn` in force, where an option or a variable wins over the file; else ''. */
  readonly exchange: string
  /** `HOST:PORT` of the HTTP proxy in force, '' where there is none. */
  readonly proxy: string
}

/** @returns the text as an endpoint, undefined where it is none */
export function readConnectorEndpoint(text: string): ConnectorEndpoint | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null) return undefined
    const { v, pid, local, exchange, proxy } = value as Record<string, unknown>
    const texts = typeof local === 'string' && typeof exchange === 'string' && typeof proxy === 'string'
    return v === 1 && typeof pid === 'number' && texts ? { v, pid, local, exchange, proxy } : undefined
  } catch {
    return undefined
  }
}
