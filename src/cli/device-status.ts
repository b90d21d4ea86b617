// `sallyport device status`: what the device on this machine says of itself, from its local API.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { connectorEndpointFile, readConnectorEndpoint } from '../wire/local/endpoint.ts'
import type { Status } from '../wire/status.ts'
import { Fault } from '../core/fault.ts'
import { type Address, formatAddress, parseAddress } from '../platform/address.ts'
import { sendOverHttp } from './http-request.ts'
import { askedLocalOption, dataOption, defaultData, defaultLocal } from './options.ts'
import { type OutputFormat, outputOption, print } from './output.ts'
import { problemToFault } from './problem-to-fault.ts'
import { type DefineCommand, examples, type Session } from './session.ts'
import { statusLines } from './status-lines.ts'
import { suggest } from './suggest.ts'
import { printable, say } from './terminal.ts'

/** What the local API adds to the document: the four states, which are a function of it. */
type LocalStatus = Status & { readonly states?: Readonly<Record<string, boolean>> }

type Options = { readonly data: string; readonly local?: Address; readonly output: OutputFormat }

const statusPath = '/v1/contexts/default/status'

export const deviceStatus: DefineCommand = (command, session) => {
  command
    .addOption(dataOption())
    .addOption(askedLocalOption())
    .addOption(outputOption())
    .addHelpText(
      'after',
      examples([
        ['sallyport device status', 'channel, certificate, sources and spool of this machine'],
        ['sallyport device status --local 127.0.0.1:8990', 'of the device that listens there, whatever its folder'],
      ]),
    )
    .action(
      session.runs(async (options: Options) => {
        const status = await askDevice(session, localApiOf(options))
        await print(session.terminal, options.output, { document: status, table: linesOf(status) })
        const kept = status.enrolled && status.channel.state !== 'connected'
        if (kept) say(session.terminal, 'Events are being kept, not delivered; they go out when the channel is back.')
        const next = status.enrolled ? 'doctor' : 'device enrol'
        await suggest(session, options, [next, status.enrolled ? 'whether events flow' : 'connects it with a token'])
        return 0
      }),
    )
}

/** Where the device of this data folder listens, unless another address is named. @throws Fault server.unreachable */
function localApiOf({ data, local }: Options): Address {
  if (local !== undefined) return local
  const endpoint = readConnectorEndpoint(textOf(join(data, 'device', connectorEndpointFile)))
  if (endpoint !== undefined) return parseAddress(endpoint.local)
  if (data === defaultData) return parseAddress(defaultLocal)
  throw new Fault('server.unreachable', {
    what: `No device runs on ${data}`,
    remedy: 'Start it with `sallyport device run`, or name the address of another with --local ADDR:PORT.',
  })
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    // Absent or another user's: either way it tells no address.
    return ''
  }
}

async function askDevice({ signal }: Session, address: Address): Promise<LocalStatus> {
  const base = `http://${formatAddress(address)}`
  const answer = await sendOverHttp(new Request(base + statusPath), signal).catch((cause: unknown) => {
    if (!(cause instanceof Fault)) throw cause
    const remedy = 'Start it with `sallyport device run`, or name its address with --local ADDR:PORT.'
    throw new Fault('server.unreachable', { what: `No device answers at ${formatAddress(address)}`, remedy, cause })
  })
  const text = await answer.text()
  if (!answer.ok) throw problemToFault(answer.status, text)
  const status = parsed(text)
  if (!isStatus(status))
    throw new Fault('server.unreachable', {
      what: `What answers at ${formatAddress(address)} is no device of ours (${answer.status})`,
    })
  return status
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isStatus(value: unknown): value is LocalStatus {
  return (
    typeof value === 'object' &&
    value !== null &&
    'v' in value &&
    value.v === 1 &&
    'channel' in value &&
    'enrolled' in value
  )
}

function statesOf({ states, enrolled }: LocalStatus): string {
  const shown = Object.entries(states ?? { enrolled }).map(([state, holds]) => (holds ? state : `not ${state}`))
  return shown.join(', ')
}

function linesOf(status: LocalStatus): string[] {
  const lines = [
    `device       ${status.device === '' ? '(none)' : status.device}  ${status.program}`,
    `states       ${statesOf(status)}`,
    ...statusLines(status),
  ]
  return lines.map(printable)
}
