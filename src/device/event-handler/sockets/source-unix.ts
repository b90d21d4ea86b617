// A unix stream socket that a sensor connects to, as Suricata does with `filetype: unix_stream`. It writes without
// waiting and drops where the reader lags, so the socket is read always (delivery N6).
import { once } from 'node:events'
import { chmod, chown, link, lstat, stat, unlink } from 'node:fs/promises'
import { type Server, connect, createServer } from 'node:net'
import { Fault } from '../../../core/fault.ts'
import { lineFraming } from './line-framing.ts'
import type { Listen } from './listening.ts'
import type { UnixSourceConfig } from '../source-config.ts'
import { listenForStreams } from './stream-listener.ts'

/** @returns what listens on the socket's path; it is bound anew where its file is removed */
export function unixListener({ path, group }: UnixSourceConfig): Listen {
  return (options) =>
    listenForStreams({
      ...options,
      framing: lineFraming,
      async bind(accept) {
        await removeStale(path)
        const server = createServer(accept)
        // A server that closes removes whatever lies at the path it was bound at: ours is bound beside it.
        const beside = `${path}~`
        await removeStale(beside)
        await bindServer(server, beside)
        // The process's umask shut others out until here.
        if (group !== undefined) await chown(beside, -1, group)
        await chmod(beside, 0o660)
        await link(beside, path)
        await unlink(beside)
        const { ino } = await stat(path, { bigint: true })
        const holds = async () => (await inodeOf(path)) === ino
        return {
          server,
          holds,
          async stop() {
            if (await holds()) await unlink(path)
            server.close()
          },
        }
      },
    })
}

async function bindServer(server: Server, path: string): Promise<void> {
  server.listen(path)
  await once(server, 'listening')
}

/** The file of a killed process stays: nobody answers there. Whatever else lies at the path is left alone. */
async function removeStale(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined)
  if (found === undefined) return
  if (!found.isSocket()) throw new Fault('source.unbound', { what: `At ${path} lies something that is no socket` })
  if (await isAnswered(path)) throw new Fault('source.unbound', { what: `Another process listens at ${path}` })
  await unlink(path)
}

async function isAnswered(path: string): Promise<boolean> {
  const socket = connect(path)
  try {
    await once(socket, 'connect')
    return true
  } catch (error) {
    return !(error instanceof Error && 'code' in error && (error.code === 'ECONNREFUSED' || error.code === 'ENOENT'))
  } finally {
    socket.destroy()
  }
}

async function inodeOf(path: string): Promise<bigint | undefined> {
  return await stat(path, { bigint: true }).then(
    ({ ino }) => ino,
    () => undefined,
  )
}
