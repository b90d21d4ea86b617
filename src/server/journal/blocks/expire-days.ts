// Which days retention drops, and why (delivery J7): those past their age, then the oldest whole days of any
// organisation until the rest fits. Today's is never dropped, nor the newest of an organisation: it holds the heads.
import type { BlockStore } from './block-store.ts'
import { bytesOfDay, bytesOnDisk } from './bytes-on-disk.ts'

export type HeldDay = { readonly organisation: string; readonly day: string; readonly bytes: number }

export type ExpiredDay = HeldDay & { readonly cause: 'age' | 'size' }

export type ExpireLimits = {
  /** Every day before it is past its age. */
  readonly firstKept: string
  readonly today: string
  /** All files of the journal together; null = no limit. */
  readonly bytesMax: number | null
}

export type Expired = {
  readonly days: readonly ExpiredDay[]
  /** What the journal takes after it. */
  readonly bytes: number
}

/** Drops the days. Done again after a kill in between, it goes on where it was. */
export async function expireDays(store: BlockStore, folder: string, limits: ExpireLimits): Promise<Expired> {
  const days: ExpiredDay[] = []
  const organisations = await store.organisations()
  for (const organisation of organisations) {
    const held = await heldDays(store, folder, organisation)
    const gone = new Set(await store.expire(organisation, limits.firstKept))
    days.push(...held.filter(({ day }) => gone.has(day)).map((day) => ({ ...day, cause: 'age' as const })))
  }
  const total = () => organisations.reduce((sum, organisation) => sum + bytesOnDisk(folder, organisation), 0)
  if (limits.bytesMax === null) return { days, bytes: total() }
  const left = await Promise.all(organisations.map((organisation) => heldDays(store, folder, organisation)))
  for (const over of daysOverSize(left, total() - limits.bytesMax, limits.today)) {
    await store.expire(over.organisation, dayAfter(over.day))
    days.push({ ...over, cause: 'size' })
  }
  return { days, bytes: total() }
}

/**
 * @param held the days of each organisation, oldest first
 * @param bytesOver how much must go
 * @returns the days that go, oldest first
 */
export function daysOverSize(held: readonly (readonly HeldDay[])[], bytesOver: number, today: string): HeldDay[] {
  const candidates = held
    .flatMap((days) => days.slice(0, -1).filter(({ day }) => day < today))
    .sort((a, b) => a.day.localeCompare(b.day) || b.bytes - a.bytes)
  let freed = 0
  return candidates.filter(({ bytes }) => {
    if (freed >= bytesOver) return false
    freed += bytes
    return true
  })
}

async function heldDays(store: BlockStore, folder: string, organisation: string): Promise<HeldDay[]> {
  const days = await store.days(organisation)
  return days.map(({ day }) => ({ organisation, day, bytes: bytesOfDay(folder, organisation, day) }))
}

function dayAfter(day: string): string {
  return new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10)
}
