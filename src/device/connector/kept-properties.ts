// connector.properties as it is in force: the file, read again when the device is enrolled anew or elsewhere, and what
// wins over it.
import { join } from 'node:path'
import type { ConnectorLog } from './connector-log.ts'
import { identityMark } from './identity.ts'
import { type Properties, propertiesFile, readProperties } from './properties.ts'

export type KeptProperties = {
  /** As somebody said them: file, option, variable. */
  said(): Properties | undefined
  /** The same, but that the registration is asked of the exchange in the same process tree, where there is one. */
  current(): Properties | undefined
}

/** @throws Fault properties.invalid, at the start only: later the log says it, and what was read before goes on */
export function openProperties(
  folder: string,
  over: { readonly overrides?: Partial<Properties>; readonly exchangeHere?: Properties['connectorFqdn'] },
  log: ConnectorLog,
): KeptProperties {
  const file = join(folder, propertiesFile)
  const { overrides, exchangeHere } = over
  const here = exchangeHere === undefined ? {} : { connectorFqdn: exchangeHere }
  let read = readProperties(file)
  let mark = identityMark(folder)
  let told = ''
  const inFile = () => {
    const now = identityMark(folder)
    if (now !== mark || read === undefined) {
      mark = now
      try {
        read = readProperties(file) ?? read
      } catch (error) {
        if (String(error) !== told) log.write('error', 'context:activate', String(error))
        told = String(error)
      }
    }
    return read
  }
  return {
    said() {
      const properties = inFile()
      return properties && { ...properties, ...overrides }
    },
    current() {
      const properties = inFile()
      return properties && { ...properties, ...here, ...overrides }
    },
  }
}
