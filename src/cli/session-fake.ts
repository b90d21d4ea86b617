// A session for tests: ports that say what is missing, streams in memory, no process.
import { PassThrough } from 'node:stream'
import { Fault } from '../core/fault.ts'
import type { CliPorts } from './ports.ts'
import type { Session } from './session.ts'
import type { Terminal } from './terminal.ts'

export type FakeTerminal = Terminal & { readonly out: () => string; readonly err: () => string }

/** @param tty whether the streams say they are a terminal */
export function fakeTerminal(input = '', tty = false): FakeTerminal {
  const stream = () => Object.assign(new PassThrough({ highWaterMark: 1 << 24 }), { isTTY: tty, columns: 80 })
  const [stdin, stdout, stderr] = [stream(), stream(), stream()]
  stdin.end(input)
  const collected = (from: PassThrough) => {
    let text = ''
    return () => {
      text += String(from.read() ?? '')
      return text
    }
  }
  return { stdin, stdout, stderr, out: collected(stdout), err: collected(stderr) }
}

export function fakePorts(changes: Partial<CliPorts> = {}): CliPorts {
  const missing = async () => {
    throw new Fault('server.unreachable', { what: 'Nothing is behind this test' })
  }
  return { program: 'sallyport 0.0.0', inspect: async () => [], openOffline: missing, enrol: missing, ...changes }
}

export function testSession(
  ports = fakePorts(),
  terminal = fakeTerminal(),
): { session: Session; terminal: FakeTerminal } {
  const session: Session = {
    ports,
    terminal,
    signal: new AbortController().signal,
    runs:
      (work) =>
      async (...args) => {
        await work(...args)
      },
  }
  return { session, terminal }
}
