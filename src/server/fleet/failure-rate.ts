// Slows down who guesses: failures by address and minute. Only unknown or wrong credentials count, so that a site
// full of devices behind one address may enrol at once (security 2).
import { isIPv6 } from 'node:net'
import ipaddr from 'ipaddr.js'
import type { Clock } from '../../platform/clock.ts'

export type FailureRate = {
  /** @returns seconds to wait before this address is heard again; 0 = now. */
  waitSeconds(address: string): number
  failed(address: string): void
}

const failuresMax = 10
const windowMs = 60_000
/** Addresses remembered; the oldest is forgotten first. */
const addressesMax = 20_000

export function openFailureRate(clock: Pick<Clock, 'monotonic'>): FailureRate {
  const windows = new Map<string, { readonly since: number; failures: number }>()
  return {
    waitSeconds(address) {
      const window = windows.get(keyOf(address))
      if (window === undefined || window.failures < failuresMax) return 0
      return Math.max(0, Math.ceil((window.since + windowMs - clock.monotonic()) / 1_000))
    },
    failed(address) {
      const key = keyOf(address)
      const now = clock.monotonic()
      const window = windows.get(key)
      if (window !== undefined && now - window.since < windowMs) {
        window.failures++
        return
      }
      windows.delete(key)
      const oldest = windows.keys().next()
      if (windows.size >= addressesMax && oldest.done === false) windows.delete(oldest.value)
      windows.set(key, { since: now, failures: 1 })
    },
  }
}

/** One customer holds a whole /64 of IPv6. */
function keyOf(address: string): string {
  if (!isIPv6(address)) return address
  const parsed = ipaddr.process(address)
  return parsed.kind() === 'ipv4' ? parsed.toString() : parsed.toString().split(':').slice(0, 4).join(':')
}
