// A session for tests: ports that say what is missing, streams in memory, no process.
import { Readable, Writable } from 'node:stream'
import { Fault } from '../core/fault.ts'
import { commands } from './commands.ts'
import type { ProgramPorts } from './main.ts'
import type { CliPorts, DevicePort } from './ports.ts'
import type { Session } from './session.ts'
import type { Terminal } from './terminal.ts'

export type FakeTerminal = Terminal & {
  readonly out: () => string
  readonly err: () => string
  /** What was written to stdout, as bytes. */
  readonly bytes: () => Buffer
}

/** @param tty whether the streams say they are a terminal */
export function fakeTerminal(input = '', tty = false): FakeTerminal {
  const marks = { isTTY: tty, columns: 80 }
  const [out, err] = [collector(), collector()]
  return {
    stdin: Object.assign(Readable.from([Buffer.from(input)]), marks),
    stdout: Object.assign(out.stream, marks),
    stderr: Object.assign(err.stream, marks),
    out: () => out.bytes().toString(),
    err: () => err.bytes().toString(),
    bytes: out.bytes,
  }
}

function collector() {
  const chunks: Buffer[] = []
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk)
      done()
    },
  })
  return { stream, bytes: () => Buffer.concat(chunks) }
}

export function fakePorts(changes: Partial<CliPorts> = {}): ProgramPorts {
  return {
    program: 'sallyport 0.0.0',
    commands,
    invocation: 'bin/sallyport',
    inspect: async () => [],
    openOffline: missing,
    device: fakeDevice(),
    open: missing,
    up: missing,
    exchange: missing,
    ...changes,
  }
}

export function fakeDevice(changes: Partial<DevicePort> = {}): DevicePort {
  return {
    sources: missing,
    registration: async () => ({ kind: 'none' }),
    enrol: missing,
    roles: missing,
    doctor: missing,
    bundle: missing,
    doctorOf: missing,
    run: missing,
    ...changes,
  }
}

const missing = async () => {
  throw new Fault('server.unreachable', { what: 'Nothing is behind this test' })
}

export function testSession(
  ports = fakePorts(),
  terminal = fakeTerminal(),
): { session: Session; terminal: FakeTerminal } {
  const session: Session = {
    ports,
    terminal,
    signal: new AbortController().signal,
    optionsOf: async () => undefined,
    runs:
      (work) =>
      async (...args) => {
        await work(...args)
      },
  }
  return { session, terminal }
}
