// Investigate: paste anything, see what was understood, then what the journal knows of it as graph, tables and time,
// over one selection (console-and-cli rules 11, 14).
import './investigate.css'
import { useMutation, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { Suspense, useEffect, useMemo, useRef } from 'react'
import type { Investigation } from '../../wire/api/investigations.ts'
import { ApiProblem } from '../api/ask.ts'
import { investigate, investigationQuery } from '../api/queries.ts'
import { ModuleRuns } from '../answers/module-runs.tsx'
import { announce } from '../parts/announcer.tsx'
import { Busy } from '../parts/busy.tsx'
import { useDeviceNames } from '../parts/device-name.tsx'
import { lazyPart } from '../parts/lazy-part.tsx'
import { ProblemNote } from '../parts/problem-note.tsx'
import { counted } from '../parts/spoken-time.ts'
import { useTitle } from '../parts/use-title.ts'
import { Details } from './details.tsx'
import { FoundEvents } from './found-events.tsx'
import { FoundSummary } from './found-summary.tsx'
import { type InvestigateSearch, type InvestigateView, investigateViews, linkTextMax } from './investigate-search.ts'
import { namedDevices } from './named-devices.ts'
import { NodeTable } from './node-table.tsx'
import { NothingFound } from './nothing-found.tsx'
import { NothingAsked } from './nothing-asked.tsx'
import { PasteBox } from './paste-box.tsx'
import type { Selection } from './selection.ts'
import { SightingTable } from './sighting-table.tsx'
import { Timeline } from './timeline.tsx'
import { usePartialAnswers } from './use-partial-answers.ts'

const GraphPanel = lazyPart(async () => (await import('./graph-panel.tsx')).GraphPanel)
const route = getRouteApi('/shell/investigate')

export function InvestigatePage() {
  const search = route.useSearch()
  useTitle('Investigate', search.q)
  const navigate = route.useNavigate()
  const put = useMutation({
    mutationFn: investigate,
    onSuccess: (answer, content) =>
      navigate({
        // A link keeps what else it says; what is asked anew begins with nothing selected.
        search: ({ q, view, sel, event }) => ({
          ...(content.length <= linkTextMax && { q: content }),
          id: answer.id,
          ...(view && { view }),
          ...(q === content && { ...(sel && { sel }), ...(event && { event }) }),
        }),
        replace: true,
      }),
  })
  const known = useQuery(investigationQuery(search.id ?? ''))
  // A deep link that names no investigation becomes one; one whose investigation is gone is asked anew.
  const gone = isUnknown(known.error) && search.q !== undefined
  const asked = useRef('')
  const { mutate } = put
  useEffect(() => {
    if (!search.q || (search.id && !gone) || asked.current === `${search.q}\n${search.id ?? ''}`) return
    asked.current = `${search.q}\n${search.id ?? ''}`
    mutate(search.q)
  }, [search.q, search.id, gone, mutate])
  const nameOf = useDeviceNames()
  const answer = useMemo(
    () => (search.id && known.data ? namedDevices(known.data, nameOf) : undefined),
    [search.id, known.data, nameOf],
  )
  usePartialAnswers(known.data)
  useEffect(() => {
    if (answer?.state === 'done') announce(spoken(answer))
  }, [answer])
  const run = (content: string) => {
    asked.current = `${content}\n`
    mutate(content)
  }
  // What is on screen stays there while the exchange does not answer.
  const error = put.error ?? (gone ? null : known.error)
  const stays = error !== null && put.error === null && answer !== undefined
  return (
    <div className="investigate-page">
      <h1 className="visually-hidden">Investigate</h1>
      <PasteBox text={search.q ?? ''} busy={put.isPending} asked={answer} onRun={run} />
      {error && (
        <div className="panel-pad found-problem">
          <ProblemNote error={error} retry={() => (stays ? void known.refetch() : run(search.q ?? ''))} />
        </div>
      )}
      {error && !stays ? null : answer ? (
        <Answer investigation={answer} search={search} retry={() => run(search.q ?? '')} />
      ) : put.isPending || search.id || search.q ? (
        <Busy>Asking…</Busy>
      ) : (
        <NothingAsked onExample={run} />
      )}
    </div>
  )
}

/** Kept until so many newer ones came, or the exchange was started again. */
function isUnknown(error: Error | null): boolean {
  return error instanceof ApiProblem && error.problem.code === 'investigation.unknown'
}

type AnswerProps = { readonly investigation: Investigation; readonly search: InvestigateSearch }

/** What there is so far: a module that is slow or fails keeps nothing of the others from the screen. */
function Answer({ retry, ...props }: AnswerProps & { readonly retry: () => void }) {
  const { state, failure, modules, sightings, events } = props.investigation
  if (sightings.length + events.length > 0 || modules.some(({ count }) => count > 0)) return <Found {...props} />
  return (
    <div className="panel-pad">
      {state === 'running' ? (
        <Busy>Nothing is known yet</Busy>
      ) : state === 'failed' ? (
        <ProblemNote error={failure?.detail ?? 'The investigation failed.'} retry={retry} />
      ) : (
        <NothingFound investigation={props.investigation} />
      )}
      <ModuleRuns runs={modules} />
    </div>
  )
}

const viewNames: Readonly<Record<InvestigateView, string>> = {
  graph: 'Graph',
  table: 'Nodes',
  sightings: 'Sightings',
  events: 'Events',
}

function Found({ investigation, search }: AnswerProps) {
  const navigate = route.useNavigate()
  const view = search.view ?? 'graph'
  const selection: Selection = useMemo(() => new Set(search.sel), [search.sel])
  const set = ({
    event,
    sel = search.sel,
  }: {
    readonly event?: string | undefined
    readonly sel?: readonly string[] | undefined
  }) =>
    void navigate({
      search: ({ event: _, sel: __, ...before }) => ({
        ...before,
        ...(sel && sel.length > 0 && { sel }),
        ...(event && { event }),
      }),
      replace: true,
    })
  const select = (next: Selection) => set({ sel: [...next] })
  const show = (next: InvestigateView) => void navigate({ search: (before) => ({ ...before, view: next }) })
  return (
    <div className="found">
      <div className="found-bar">
        <FoundSummary investigation={investigation} />
        <nav className="views" aria-label="View">
          {investigateViews.map((one) => (
            <Link
              key={one}
              from="/investigate"
              to="/investigate"
              search={(before) => ({ ...before, view: one })}
              aria-current={one === view ? 'page' : undefined}
            >
              {viewNames[one]}
            </Link>
          ))}
        </nav>
      </div>
      <div className="found-view">
        {view === 'graph' && (
          <Suspense fallback={<Busy>Drawing…</Busy>}>
            <GraphPanel
              key={investigation.id}
              investigation={investigation}
              selection={selection}
              onSelection={select}
              onTable={() => show('table')}
            />
          </Suspense>
        )}
        {view === 'table' && <NodeTable graph={investigation.graph} selection={selection} onSelection={select} />}
        {view === 'sightings' && <SightingTable investigation={investigation} selection={selection} />}
        {view === 'events' && (
          <FoundEvents
            investigation={investigation}
            selection={selection}
            current={search.event}
            onOpen={(event) => set({ event })}
          />
        )}
      </div>
      <Timeline investigation={investigation} />
      <Details
        investigation={investigation}
        selection={selection}
        event={search.event}
        onSelection={select}
        onEvent={(event) => set({ event })}
      />
    </div>
  )
}

function spoken({ observables, sightings, graph }: Investigation): string {
  return `${counted(observables.length, 'observable')}, ${counted(sightings.length, 'group')} of sightings, ${counted(graph.nodes.length, 'node')}`
}
