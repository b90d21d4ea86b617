// The lists of the data folder: every file of clean/ and common/, read again when it has changed. A file that cannot be
// read says so and takes nothing from the others.
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { DisposedList, ListDisposition, ListSource } from './lists-module.ts'
import { readList } from './read-list.ts'

/** The largest warninglist holds some 10 MB. */
const fileBytesMax = 64 * 1_024 * 1_024
const filesMax = 1_000

export function listFolder(folder: string, report: (error: unknown) => void): ListSource {
  const read = new Map<string, { readonly stamp: string; readonly list: DisposedList | undefined }>()
  const readOne = async (path: string, name: string, disposition: ListDisposition) => {
    try {
      const { mtimeMs, size } = await stat(path)
      const stamp = `${mtimeMs} ${size}`
      const known = read.get(path)
      if (known?.stamp === stamp) return known.list
      const list = size > fileBytesMax ? undefined : readList(name, await readFile(path, 'utf8'))
      if (list === undefined) report(new TypeError(`${path} is larger than ${fileBytesMax} bytes`))
      const disposed = list && { list, disposition, since: Math.floor(mtimeMs) }
      read.set(path, { stamp, list: disposed })
      return disposed
    } catch (error) {
      report(error)
      return undefined
    }
  }
  return async () => {
    const lists: DisposedList[] = []
    for (const disposition of ['clean', 'common'] as const) {
      const below = join(folder, disposition)
      const names = (await readdir(below).catch(() => [])).filter((name) => /\.(?:json|txt)$/.test(name)).sort()
      for (const name of names.slice(0, filesMax)) {
        const list = await readOne(join(below, name), name.replace(/\.\w+$/, ''), disposition)
        if (list !== undefined) lists.push(list)
      }
    }
    return lists
  }
}
