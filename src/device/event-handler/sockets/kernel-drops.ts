// How many datagrams the kernel dropped because our socket's buffer was full (delivery N6). Node has no SO_RXQ_OVFL, so
// they are read where Linux counts them: /proc/net/udp, the line of our socket's inode.
import { readFile, readdir, readlink } from 'node:fs/promises'
import { isIPv6 } from 'node:net'
import ipaddr from 'ipaddr.js'

const dropsModulo = 2 ** 32

/** The counters of one socket of this process. */
export class KernelDrops {
  readonly #table: string
  readonly #inode: string
  #seen = 0

  /** @returns the counters of the socket bound there; undefined where the system keeps none (other than Linux) */
  static async of(address: string, port: number): Promise<KernelDrops | undefined> {
    const table = isIPv6(address) ? '/proc/net/udp6' : '/proc/net/udp'
    const local = `${hexOf(address)}:${port.toString(16).toUpperCase().padStart(4, '0')}`
    const own = await ownSockets()
    const inode = (await rowsOf(table)).find((row) => row.local === local && own.has(row.inode))?.inode
    return inode === undefined ? undefined : new KernelDrops(table, inode)
  }

  private constructor(table: string, inode: string) {
    this.#table = table
    this.#inode = inode
  }

  /** @returns datagrams dropped since the last call, and bytes that wait to be read */
  async look(): Promise<{ readonly dropped: number; readonly waitingBytes: number }> {
    const row = (await rowsOf(this.#table)).find(({ inode }) => inode === this.#inode)
    if (row === undefined) return { dropped: 0, waitingBytes: 0 }
    const dropped = (row.drops - this.#seen + dropsModulo) % dropsModulo
    this.#seen = row.drops
    return { dropped, waitingBytes: row.waitingBytes }
  }
}

type Row = { readonly local: string; readonly inode: string; readonly waitingBytes: number; readonly drops: number }

/** `sl local rem st tx:rx tr:when retrnsmt uid timeout inode ref pointer drops`, below one head line. */
async function rowsOf(table: string): Promise<Row[]> {
  const text = await readFile(table, 'latin1').catch(() => '')
  return text
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((words) => words.length >= 13)
    .map((words) => ({
      local: words[1] ?? '',
      inode: words[9] ?? '',
      waitingBytes: Number.parseInt(words[4]?.split(':')[1] ?? '0', 16),
      drops: Number(words[12]),
    }))
}

/** Another process may be bound there too: only a socket that is open here counts. */
async function ownSockets(): Promise<ReadonlySet<string>> {
  const numbers = await readdir('/proc/self/fd').catch(() => [])
  const links = await Promise.all(numbers.map((number) => readlink(`/proc/self/fd/${number}`).catch(() => '')))
  return new Set(links.map((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? '').filter((inode) => inode !== ''))
}

/** Linux prints an address as words of 32 bits in the byte order of the machine, which is little endian. */
function hexOf(address: string): string {
  const bytes = ipaddr.parse(address).toByteArray()
  const words: string[] = []
  for (let at = 0; at < bytes.length; at += 4)
    words.push(
      Buffer.from(bytes.slice(at, at + 4))
        .reverse()
        .toString('hex')
        .toUpperCase(),
    )
  return words.join('')
}
