// EventHandler as a process of its own for this part's tests (process-fixture.ts), started and killed.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { EventHandlerConfiguration } from './configuration.ts'
import type { TestDevice } from './device-fixture.ts'

const program = new URL('./process-fixture.ts', import.meta.url).pathname

export function startProcess(device: TestDevice, configuration: EventHandlerConfiguration): ChildProcess {
  return spawn(process.execPath, [program, JSON.stringify(configuration), device.spool, device.socket], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}

export async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}
