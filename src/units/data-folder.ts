// The data folder: one tree for everything, the same for `up`, `open` and what is deployed (DESIGN "Storage").
import { chmodSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { Fault } from '../core/fault.ts'
import { writeDurably } from '../platform/write-durably.ts'
import { endpointFile, ownerKeyFile } from '../wire/endpoint.ts'
import { supervisorSocketFile } from '../wire/services/messages.ts'

const dataVersion = 1

export type DataFolder = {
  readonly root: string
  readonly ownerKey: string
  /** Opens the secrets in the state database; apart from it, so that neither alone tells anything. */
  readonly sealingKey: string
  readonly endpoint: string
  readonly exchangeLock: string
  readonly state: string
  /** What is clean and what is common, as files of the operator. */
  readonly lists: string
  readonly authority: string
  readonly journal: string
  readonly logs: string
  readonly demo: string
  /** Where files given on standard input are kept while they are read. */
  readonly inputs: string
  /** Where the supervisor of the device's processes is asked. */
  readonly supervisorSocket: string
  readonly device: DeviceFolder
}

export type DeviceFolder = {
  readonly root: string
  readonly configuration: string
  readonly spool: string
  readonly socketFolder: string
}

export const defaultDataFolder = join(homedir(), '.local', 'share', 'sallyport')

/** @returns the paths below `root`; nothing is made. */
export function dataFolder(root: string): DataFolder {
  const at = (path: string) => join(resolve(root), path)
  return {
    root: resolve(root),
    ownerKey: at(ownerKeyFile),
    sealingKey: at('exchange/seal.key'),
    endpoint: at(endpointFile),
    exchangeLock: at('exchange/lock'),
    state: at('exchange/state.sqlite'),
    lists: at('exchange/lists'),
    authority: at('exchange/ca'),
    journal: at('exchange/journal'),
    logs: at('log'),
    demo: at('demo'),
    inputs: at('inputs'),
    supervisorSocket: at(supervisorSocketFile),
    device: deviceFolder(at('device')),
  }
}

/** @returns the paths of a device below its folder. */
export function deviceFolder(root: string): DeviceFolder {
  return {
    root,
    configuration: join(root, 'event-handler.json'),
    spool: join(root, 'spool'),
    socketFolder: join(root, 'run'),
  }
}

/**
 * Makes the folder (0700) with its version, or checks the version of one that exists.
 * @throws Fault `data.version` where a newer version wrote it, `input.unreadable` where it cannot be made
 */
export function openDataFolder(root: string): DataFolder {
  const folder = dataFolder(root)
  const versionFile = join(folder.root, 'version.json')
  try {
    mkdirSync(folder.root, { recursive: true, mode: 0o700 })
    chmodSync(folder.root, 0o700)
    if (!existsSync(versionFile)) writeDurably(versionFile, `${JSON.stringify({ v: dataVersion })}\n`)
    mkdirSync(folder.logs, { recursive: true, mode: 0o700 })
    mkdirSync(dirname(folder.endpoint), { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw new Fault('input.unreadable', {
      what: `The data folder ${folder.root} cannot be used`,
      remedy: 'Mend its rights, free space, or give another --data.',
      cause,
    })
  }
  const version: unknown = JSON.parse(readFileSync(versionFile, 'utf8'))
  if (typeof version !== 'object' || version === null || !('v' in version) || version.v !== dataVersion) {
    throw new Fault('data.version', { what: `${folder.root} has version ${JSON.stringify(version)}` })
  }
  return folder
}
