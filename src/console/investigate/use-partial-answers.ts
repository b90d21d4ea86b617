// While an investigation runs, its stream says that something was answered; the picture is then read anew: at once, and
// after that one reading at a time. The stream is taken up again by the browser, with the place it had (console-and-cli 4).
import { useEffect } from 'react'
import type { Investigation, InvestigationEvent } from '../../wire/api/investigations.ts'
import { investigationQuery, queryClient } from '../api/queries.ts'
import { oneAtATime } from './one-at-a-time.ts'

/** What comes together is shown together. */
const restMs = 100

const heard: readonly InvestigationEvent['event'][] = [
  'module.started',
  'module.partial',
  'module.done',
  'module.failed',
  'graph.delta',
  'verdict.changed',
  'investigation.done',
  'reset',
]

export function usePartialAnswers(investigation: Investigation | undefined): void {
  const id = investigation?.state === 'running' ? investigation.id : undefined
  const after = investigation?.asOf
  useEffect(() => {
    if (id === undefined) return
    const { queryKey } = investigationQuery(id)
    const reading = oneAtATime(() => queryClient.refetchQueries({ queryKey }), restMs)
    const source = new EventSource(`/api/v1/investigations/${encodeURIComponent(id)}/stream?after=${after ?? 0}`)
    for (const name of heard) source.addEventListener(name, reading.ask)
    return () => {
      reading.end()
      source.close()
    }
    // Where it began is where the stream began: it goes on by itself from there.
  }, [id])
}
