// A unix socket for people's tools on this machine: one line asked, one line answered, then the connection ends. Who may
// open the socket is the file system's to say (0600).
import { chmodSync, rmSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { makeSocketFolder, socketPath } from './socket-path.ts'

/** A line that does not end is no question of ours. */
const lineBytesMax = 1024 * 1024
/** Who connects and says nothing is let go. */
const askWithinMs = 10_000

export type LineServer = {
  /** Where the socket lies; the path that was wanted may be too long. */
  readonly path: string
  /** Answers a line with a line; what it throws ends the connection without an answer. */
  readonly answer: (line: string) => Promise<string>
}

/**
 * Serves the socket (0600); one that a killed process left is replaced.
 * @returns the server, or `held` where a living process serves it
 * @throws what Node throws where it cannot be bound
 */
export async function serveLines({ path, answer }: LineServer): Promise<AsyncDisposable | 'held'> {
  const strange = makeSocketFolder(path)
  if (strange !== undefined) throw new Error(`${strange} belongs to another user or is open to others`)
  const bound = socketPath(path)
  if (await isServed(bound)) return 'held'
  rmSync(bound, { force: true })
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    socket.setTimeout(askWithinMs, () => socket.destroy())
    readLine(socket)
      .then(async (line) => {
        socket.setTimeout(0)
        socket.end(`${await answer(line)}\n`)
      })
      .catch(() => socket.destroy())
  })
  await listening(server, bound)
  chmodSync(bound, 0o600)
  return {
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

/**
 * Asks one line.
 * @returns the line answered
 * @throws Node's error, `ENOENT` or `ECONNREFUSED` where nobody serves the socket; the signal's reason when it aborts
 */
export async function askLine(path: string, line: string, signal: AbortSignal): Promise<string> {
  signal.throwIfAborted()
  const socket = connect({ path: socketPath(path) })
  const abort = () => socket.destroy(signal.reason instanceof Error ? signal.reason : new Error('aborted'))
  signal.addEventListener('abort', abort, { once: true })
  try {
    socket.write(`${line}\n`)
    return await readLine(socket)
  } finally {
    signal.removeEventListener('abort', abort)
    socket.destroy()
  }
}

async function readLine(socket: Socket): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  let text = ''
  socket.setEncoding('utf8')
  socket.on('data', (chunk: string) => {
    text += chunk
    const end = text.indexOf('\n')
    if (end >= 0) resolve(text.slice(0, end))
    else if (text.length > lineBytesMax) reject(new Error('the line does not end'))
  })
  socket.once('error', reject)
  socket.once('close', () => reject(new Error('the connection ended before the line did')))
  return await promise
}

async function isServed(path: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connect({ path })
  socket.once('connect', () => resolve(true))
  socket.once('error', () => resolve(false))
  const served = await promise
  socket.destroy()
  return served
}

async function listening(server: Server, path: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen(path, () => {
    server.off('error', reject)
    resolve()
  })
  await promise
}
