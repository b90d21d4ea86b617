// The list and what arrives above it: followed through the tail from the cursor that its first page gave, so that
// nothing is missed in between; kept apart while it is paused.
import { useEffect, useMemo, useRef, useState } from 'react'
import type { EventAsk } from '../api/queries.ts'
import { follow } from '../api/tail.ts'
import { type ListRow, rowsOfTail } from './event-rows.ts'
import { arrive, isFull, noLiveRows, release } from './live-rows.ts'

type Options = {
  readonly question: EventAsk
  readonly listed: readonly ListRow[]
  /** Where the tail begins; undefined while the list is asked for. */
  readonly from: string | undefined
  readonly on: boolean
  /** Rows that arrive are shown at once. */
  readonly following: boolean
  readonly askAgain: () => void
}

/** Lines that came within this time are shown together. */
const showEveryMs = 200
/** A list in front of which too much stands begins anew, no more often than this. */
const beginEveryMs = 3_000

export function useLiveEvents({ question, listed, from, on, following, askAgain }: Options) {
  const [live, setLive] = useState(noLiveRows)
  const [away, setAway] = useState<unknown>()
  const ids = useMemo(() => new Set(listed.map(({ id }) => id)), [listed])
  const now = useRef({ ids, following })
  now.current = { ids, following }
  useEffect(() => setLive(noLiveRows), [from])
  useEffect(() => {
    if (!on || from === undefined) return
    const ended = new AbortController()
    let arrived: readonly ListRow[] = []
    const timer = setInterval(() => {
      if (arrived.length === 0) return
      const rows = arrived
      arrived = []
      setLive((before) => arrive(before, rows, { following: now.current.following, listed: now.current.ids }))
    }, showEveryMs)
    const { since, until, q } = question
    void follow({ q, since, until }, from, ended.signal, {
      onLines: (lines) => (arrived = [...rowsOfTail(lines), ...arrived]),
      onAway: setAway,
    })
    return () => {
      ended.abort()
      clearInterval(timer)
    }
  }, [on, from, question])
  const show = () => {
    const released = release(live)
    setLive(released.live)
    if (released.again) askAgain()
  }
  const begunAt = useRef(0)
  useEffect(() => {
    if (following && live.waitingCount > 0) show()
    else if (isFull(live.shown) && performance.now() - begunAt.current > beginEveryMs) {
      begunAt.current = performance.now()
      askAgain()
    }
  })
  const rows = useMemo(() => (live.shown.length > 0 ? [...live.shown, ...listed] : listed), [live.shown, listed])
  return { rows, arrived: live.shown.length, waiting: live.waitingCount, away: on ? away : undefined, show }
}
