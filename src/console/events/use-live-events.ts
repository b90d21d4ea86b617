// The list and what arrived since: shown at once only where nothing is being read, else kept behind "12 new – show".
import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import type { EventRecord } from '../../wire/api/events.ts'
import { type EventAsk, newestEventsQuery } from '../api/queries.ts'
import { newestSince } from './newest.ts'

/** More than this is not kept in front of a list; it begins again. */
const shownMax = 500

export function useLiveEvents(question: EventAsk, listed: readonly EventRecord[], live: boolean, askAgain: () => void) {
  const [shown, setShown] = useState<readonly EventRecord[]>([])
  useEffect(() => setShown([]), [listed[0]?.id, question])
  const newest = useQuery(newestEventsQuery(question, live))
  const events = useMemo(() => (shown.length > 0 ? [...shown, ...listed] : listed), [shown, listed])
  const since = useMemo(
    () => (live && newest.data ? newestSince(events, newest.data.events) : undefined),
    [live, newest.data, events],
  )
  const waiting = since?.kind === 'gap' ? since.atLeast : (since?.fresh.length ?? 0)
  const show = () => {
    if (since?.kind === 'joined' && shown.length + since.fresh.length <= shownMax) setShown([...since.fresh, ...shown])
    else askAgain()
  }
  return { events, waiting, gap: since?.kind === 'gap', show }
}
