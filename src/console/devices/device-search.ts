// The state of the Devices page as it stands in its address.

export type DeviceSearch = {
  /** The device whose pane is open. */
  readonly device?: string
  /** The dialogue that connects one. */
  readonly enrol?: '1'
}

/** @returns what is known of it, without what is empty. */
export function readDeviceSearch(search: Readonly<Record<string, unknown>>): DeviceSearch {
  const { device, enrol } = search
  return {
    ...(typeof device === 'string' && device !== '' && { device }),
    ...(enrol === '1' && { enrol: '1' as const }),
  }
}
