// Files whose bytes must outlive a crash: only what a log on disk needs, so that a simulation can stand in its place
// and lose what was not synced.
import { mkdir, open, readdir, rename, statfs, unlink, type FileHandle } from 'node:fs/promises'

export type DurableFile = AsyncDisposable & {
  /** Writes all of `bytes` at `position`, or throws. */
  write(bytes: Buffer, position: number): Promise<void>
  /** @returns bytes read into the beginning of `into`; fewer than its length only at the end of the file */
  read(into: Buffer, position: number): Promise<number>
  /** fdatasync: what was written before it resolves stays. */
  sync(): Promise<void>
  size(): Promise<number>
}

export type DurableFiles = {
  /** Makes a folder (0700) with those above it. */
  makeFolder(folder: string): Promise<void>
  /** @returns the names in a folder */
  list(folder: string): Promise<readonly string[]>
  /** Makes a new file (0600); throws where it exists. It stays only once its folder is synced. */
  create(path: string): Promise<DurableFile>
  /** Opens a file for reading (and syncing). */
  open(path: string): Promise<DurableFile>
  /** Removes a file; one that is gone already is no error. */
  unlink(path: string): Promise<void>
  /** Gives a file another name in its folder. */
  rename(path: string, to: string): Promise<void>
  syncFolder(folder: string): Promise<void>
  /** Bytes that this user may still write on the file system of a folder. */
  freeBytes(folder: string): Promise<number>
}

/** The real disk. */
export const durableFiles: DurableFiles = {
  async makeFolder(folder) {
    await mkdir(folder, { recursive: true, mode: 0o700 })
  },
  list: (folder) => readdir(folder),
  create: async (path) => durableFile(await open(path, 'wx', 0o600)),
  open: async (path) => durableFile(await open(path, 'r')),
  async unlink(path) {
    try {
      await unlink(path)
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
    }
  },
  rename,
  async syncFolder(folder) {
    await using handle = await open(folder, 'r')
    await handle.sync()
  },
  async freeBytes(folder) {
    const { bavail, bsize } = await statfs(folder)
    return bavail * bsize
  },
}

function durableFile(handle: FileHandle): DurableFile {
  return {
    async write(bytes, position) {
      for (let written = 0; written < bytes.length; ) {
        const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, position + written)
        written += bytesWritten
      }
    },
    async read(into, position) {
      let got = 0
      while (got < into.length) {
        const { bytesRead } = await handle.read(into, got, into.length - got, position + got)
        if (bytesRead === 0) break
        got += bytesRead
      }
      return got
    },
    sync: () => handle.datasync(),
    size: async () => (await handle.stat()).size,
    [Symbol.asyncDispose]: () => handle.close(),
  }
}
