// Going to another screen and back brings one to where one was; going to the screen one is on begins it anew.
import { useLocation } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'

/** What was open over a page: nobody who comes back wants it again. */
const dialogues = new Set(['enrol', 'add'])

/** @returns the state of a screen when it was left, by its path. */
export function useLastVisit(): (path: string) => Readonly<Record<string, unknown>> {
  const { pathname, search } = useLocation()
  const visits = useRef(new Map<string, Readonly<Record<string, unknown>>>())
  useEffect(() => {
    const kept = Object.entries(search).filter(([name]) => !dialogues.has(name))
    visits.current.set(pathname, Object.fromEntries(kept))
  }, [pathname, search])
  return (path) => (path === pathname ? {} : (visits.current.get(path) ?? {}))
}
