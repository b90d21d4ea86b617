// What `pmtool status` prints, field by field as the original does, so that scripts which read it go on reading it
// (original-system B10).
import { readFileSync } from 'node:fs'
import type { Service } from '../wire/services/messages.ts'

/** Of the variables that a process is started with, those that change what it does and hold no secret. */
const shownVariables = ['HOME', 'LANG', 'TZ'] as const

/** @param environment of the supervisor, which its processes inherit */
export function statusLines(services: readonly Service[], environment: NodeJS.ProcessEnv = process.env): string[] {
  const variables = shownVariables.flatMap((name) =>
    environment[name] === undefined ? [] : [`${name}=${environment[name]}`],
  )
  return [
    'Received status (0): ',
    '',
    'Global Environment:',
    `PATH=${environment['PATH'] ?? ''}`,
    '',
    'Daemons:',
    // Who requires comes before what is required.
    ...services
      .toReversed()
      .flatMap((service) => [
        headOf(service),
        `Command: ${service.command}`,
        ...variables,
        `PID File: ${service.pidFile}`,
        `Enable File: ${service.enableFile}`,
        'CPU Affinity: ',
        'Priority: 0',
        `Stop Timeout: ${service.stopTimeoutS}`,
        `Next start: ${service.enabled ? clockTime(service.since) : ''}`,
        `Required by: ${requiredBy(service, services).join(',')}`,
        `Requires: ${service.requires.join(',')}`,
        `CGroups: ${cgroupOf(service.pid)}`,
      ]),
  ]
}

/** @returns `SSEConnector (system) - Running 20697` */
export function headOf({ id, class: kind, state, pid }: Service): string {
  switch (state) {
    case 'running':
      return `${id} (${kind}) - Running ${pid}`
    case 'disabled':
      return `${id} (${kind}) - User Disabled`
    case 'starting':
    case 'waiting':
      return `${id} (${kind}) - Waiting`
    case 'stopping':
      return `${id} (${kind}) - Down`
    default:
      return state satisfies never
  }
}

function requiredBy({ id }: Service, services: readonly Service[]): readonly string[] {
  return services.filter(({ requires }) => requires.includes(id)).map((other) => other.id)
}

/** @returns `Thu Jan 26 12:18:16 2017`, of this machine's zone */
function clockTime(at: number): string {
  const date = new Date(at)
  const part = (options: Intl.DateTimeFormatOptions) => date.toLocaleString('en-US', options)
  const time = date.toLocaleTimeString('en-GB')
  const day = String(date.getDate()).padStart(2)
  return `${part({ weekday: 'short' })} ${part({ month: 'short' })} ${day} ${time} ${date.getFullYear()}`
}

function cgroupOf(pid: number): string {
  try {
    const [line = ''] = readFileSync(`/proc/${pid}/cgroup`, 'utf8').split('\n')
    return line.slice(line.indexOf('/'))
  } catch {
    return ''
  }
}
