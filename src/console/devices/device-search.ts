// The state of the Devices page as it stands in its address, and which devices its filter means.
import type { DeviceView } from '../../wire/api/fleet.ts'

export type DeviceSearch = {
  /** Words that a device must have, in its name, its id or its states. */
  readonly q?: string
  /** The device whose pane is open. */
  readonly device?: string
  /** The dialogue that connects one. */
  readonly enrol?: '1'
}

/** @returns what is known of it, without what is empty. */
export function readDeviceSearch(search: Readonly<Record<string, unknown>>): DeviceSearch {
  const { q, device, enrol } = search
  return {
    ...(typeof q === 'string' && q !== '' && { q }),
    ...(typeof device === 'string' && device !== '' && { device }),
    ...(enrol === '1' && { enrol: '1' as const }),
  }
}

/** @returns the devices that have every word: `berlin not flowing`. */
export function devicesWith(devices: readonly DeviceView[], q: string): readonly DeviceView[] {
  // "not" belongs to the state behind it: each of the four is said either way.
  const words = q
    .toLowerCase()
    .replaceAll(/\bnot\s+/g, 'not-')
    .split(/\s+/)
    .filter((word) => word !== '')
  return devices.filter((device) => {
    const states = Object.entries(device.states).map(([name, holds]) => (holds ? name : `not-${name}`))
    const names = `${device.name} ${device.id}`.toLowerCase()
    return words.every((word) => states.includes(word) || names.includes(word))
  })
}
