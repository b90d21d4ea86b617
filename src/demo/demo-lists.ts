// The demonstration's lists: what everybody visits is common, the site's own servers are clean.
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ordinarySites } from './scenario.ts'
import { ownServers } from './story.ts'

const lists = {
  'common/demonstration-sites.txt': ['# Demonstration: sites that everybody visits', ...ordinarySites],
  'clean/demonstration-servers.txt': ['# Demonstration: servers of our own', ...ownServers],
} as const

/** @param folder of the Lists module, with clean/ and common/ */
export async function writeDemoLists(folder: string): Promise<void> {
  for (const [name, lines] of Object.entries(lists)) {
    const path = join(folder, name)
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    await writeFile(path, `${lines.join('\n')}\n`, { mode: 0o600 })
  }
}
