// Going to another screen and back brings one to where one was; going to the screen one is on begins it anew.
import { useLocation } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'

/** @returns the state of a screen when it was left, by its path. */
export function useLastVisit(): (path: string) => Readonly<Record<string, unknown>> {
  const { pathname, search } = useLocation()
  const visits = useRef(new Map<string, Readonly<Record<string, unknown>>>())
  useEffect(() => void visits.current.set(pathname, search), [pathname, search])
  return (path) => (path === pathname ? {} : (visits.current.get(path) ?? {}))
}
