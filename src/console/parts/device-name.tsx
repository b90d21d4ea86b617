// Devices are told apart by their id and known to people by their name; the id stands behind it.
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { devicesQuery } from '../api/queries.ts'
import { visible } from './defang.ts'

/** @returns the name of a device by its id; the id where it has none here. */
export function useDeviceNames(): (id: string) => string {
  const { data } = useQuery(devicesQuery)
  return useMemo(() => {
    const names = new Map(data?.devices.map(({ id, name }) => [id, name]))
    return (id) => names.get(id) || id
  }, [data])
}

export function DeviceName({ id }: { readonly id: string }) {
  const nameOf = useDeviceNames()
  return <span title={visible(id)}>{visible(nameOf(id))}</span>
}
