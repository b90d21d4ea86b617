// What the processes of a device say of themselves, asked on its machine: the connector over its local API, the
// supervisor over its socket.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Subject, Unmeasured } from '../doctor/subject.ts'
import { askLine } from '../platform/line-socket.ts'
import { type ConnectorEndpoint, connectorEndpointFile, readConnectorEndpoint } from '../wire/local/endpoint.ts'
import { readServicesAnswer } from '../wire/services/read.ts'
import type { Status } from '../wire/status.ts'

const answerWithinMs = 2_000

/** @param folder the device's. @returns where its connector is to be asked; undefined where none says so */
export function connectorEndpoint(folder: string): ConnectorEndpoint | undefined {
  try {
    return readConnectorEndpoint(readFileSync(join(folder, connectorEndpointFile), 'utf8'))
  } catch {
    return undefined
  }
}

export async function askStatus(
  endpoint: ConnectorEndpoint | undefined,
  signal: AbortSignal,
): Promise<Status | Unmeasured> {
  if (endpoint === undefined) return { unmeasured: 'the connector does not run' }
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)])
    const answer = await fetch(`http://${endpoint.local}/v1/contexts/default/status`, { signal: limit })
    if (answer.ok) return (await answer.json()) as Status
    return { unmeasured: `the connector at ${endpoint.local} answers ${answer.status}` }
  } catch {
    return { unmeasured: `the connector does not answer at ${endpoint.local}` }
  }
}

export async function askServices(socket: string, signal: AbortSignal): Promise<Subject['services']> {
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)])
    const answer = readServicesAnswer(await askLine(socket, JSON.stringify({ v: 1, ask: 'status' }), limit))
    return answer?.ok === true ? answer.services : { unmeasured: `what answers at ${socket} is of another version` }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : ''
    if (code === 'ENOENT' || code === 'ECONNREFUSED') return 'none'
    return { unmeasured: `the supervisor does not answer at ${socket}` }
  }
}
