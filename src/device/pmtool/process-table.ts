// The services of this device: which process each is, whether it shall run, and what it does now. That a service is
// disabled stands in its enable file and so survives a restart of everything (original-system B10).
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stopWithinMs, type SupervisedChild } from '../../platform/supervised-child.ts'
import { writeDurably } from '../../platform/write-durably.ts'
import type { Service, ServiceId, ServiceState } from '../../wire/services/messages.ts'

/** What does not change of a service. */
type Fixed = Pick<Service, 'id' | 'class' | 'title' | 'requires'>

const fixed: Readonly<Record<ServiceId, Fixed>> = {
  EventHandler: { id: 'EventHandler', class: 'normal', title: 'EventHandler', requires: [] },
  SSEConnector: { id: 'SSEConnector', class: 'system', title: 'connector', requires: ['EventHandler'] },
  Exchange: { id: 'Exchange', class: 'normal', title: 'exchange', requires: [] },
}

export type TableEntry = {
  readonly id: ServiceId
  readonly child: SupervisedChild
  /** What was started, for people. */
  readonly command: string
}

/** @returns whether the service shall run: nobody disabled it. */
export function isEnabled(folder: string, id: ServiceId): boolean {
  try {
    return readFileSync(enableFileOf(folder, id), 'utf8').trim() !== 'disabled'
  } catch {
    return true
  }
}

/** Synced before it returns: what was answered holds after a crash. */
export function setEnabled(folder: string, id: ServiceId, enabled: boolean): void {
  writeDurably(enableFileOf(folder, id), enabled ? 'enabled\n' : 'disabled\n')
}

/** Keeps the pid file beside the process: it is there while the process is. On a full disk it is not; nothing ends for that. */
export function notePid(folder: string, id: ServiceId, pid: number): void {
  const path = pidFileOf(folder, id)
  try {
    if (pid > 0) return writeFileSync(path, `${pid}\n`, { mode: 0o600 })
  } catch {
    // Half a number names another process: rather none.
  }
  rmSync(path, { force: true })
}

/** @param folder the device's */
export function serviceOf(folder: string, { id, child, command }: TableEntry): Service {
  const enabled = isEnabled(folder, id)
  return {
    ...fixed[id],
    enabled,
    state: stateOf(child, enabled),
    pid: child.pid(),
    since: child.since(),
    restarts: child.restarts(),
    lastEnd: child.lastEnd(),
    command,
    pidFile: pidFileOf(folder, id),
    enableFile: enableFileOf(folder, id),
    stopTimeoutS: stopWithinMs / 1000,
  }
}

function stateOf(child: SupervisedChild, enabled: boolean): ServiceState {
  const state = child.state()
  if (!enabled) return state === 'off' ? 'disabled' : 'stopping'
  // Off while it is enabled: in the middle of a restart.
  return state === 'off' ? 'starting' : state
}

/** By the process's title, not by its id: `pmtool status | grep SSE` is read as the original's. */
function pidFileOf(folder: string, id: ServiceId): string {
  return join(folder, 'run', `${fixed[id].title}.pid`)
}

function enableFileOf(folder: string, id: ServiceId): string {
  return join(folder, 'services', `${fixed[id].title}.run`)
}
