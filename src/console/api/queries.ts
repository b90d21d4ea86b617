// Every question the console asks, keyed by what it depends on; components only name them.
import {
  keepPreviousData,
  MutationCache,
  QueryCache,
  QueryClient,
  infiniteQueryOptions,
  queryOptions,
} from '@tanstack/react-query'
import type { Observable } from '../../core/observable.ts'
import type { EventCount, EventHistogram, EventPage, EventRecord, EventTop } from '../../wire/api/events.ts'
import type { DeviceList, ServerStatus, SessionRecord, TokenRecord } from '../../wire/api/fleet.ts'
import type { Investigation } from '../../wire/api/investigations.ts'
import type { ModuleList, ModuleRecord, ModuleRequest, ModuleTest, ModuleTypeList } from '../../wire/api/modules.ts'
import type { DoctorReport } from '../../wire/doctor.ts'
import { ApiProblem, ask } from './ask.ts'

/** What the Events page asks about: times in Unix ms, fixed when the question was put, so that pages fit together. */
export type EventAsk = { readonly q: string; readonly since?: number; readonly until?: number }

export const pageSize = 100

/** Where a session ends, everything asked says so; then the shell asks who is signed in, and leads to the sign-in. */
function onError(error: Error): void {
  if (error instanceof ApiProblem && error.problem.code === 'session.missing')
    void queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey })
}

export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: (error, { queryKey }) => queryKey[0] !== 'session' && onError(error) }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      refetchOnWindowFocus: false,
      // What the exchange refused stays refused; only a missing answer is asked for again.
      retry: (failures, error) => error instanceof ApiProblem && error.problem.status === 0 && failures < 2,
    },
  },
})

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: ({ signal }) => ask<SessionRecord>('session', { signal }),
  staleTime: 5 * 60_000,
})

export const statusQuery = queryOptions({
  queryKey: ['status'],
  queryFn: ({ signal }) => ask<ServerStatus>('status', { signal }),
  refetchInterval: 5_000,
})

export const devicesQuery = queryOptions({
  queryKey: ['devices'],
  queryFn: ({ signal }) => ask<DeviceList>('devices', { signal }),
  staleTime: 60_000,
})

/** The same for who looks at them: asked again while they are shown. */
export const liveDevicesQuery = queryOptions({
  ...devicesQuery,
  staleTime: 0,
  // A large fleet is a large answer, and what one waits for is seldom one device of it.
  refetchInterval: ({ state }) => ((state.data?.devices.length ?? 0) > 100 ? 10_000 : 2_000),
})

/** Makes the one string that enrols a device; it is shown once. */
export const createToken = (name: string) =>
  ask<TokenRecord>('tokens', { body: { minutes: 60, ...(name !== '' && { name }) } })

/** Has a device look for what is in the way of its events; nothing is changed. */
export const examineDevice = (id: string) => ask<DoctorReport>(`devices/${encodeURIComponent(id)}/doctor`, { body: {} })

export const modulesQuery = queryOptions({
  queryKey: ['modules'],
  queryFn: ({ signal }) => ask<ModuleList>('modules', { signal }),
  staleTime: 0,
  refetchInterval: 5_000,
})

export const moduleTypesQuery = queryOptions({
  queryKey: ['module-types'],
  queryFn: ({ signal }) => ask<ModuleTypeList>('module-types', { signal }),
})

/** @throws ApiProblem where the settings do not fit */
export async function addModule(request: ModuleRequest): Promise<ModuleRecord> {
  const made = await ask<ModuleRecord>('modules', { body: request })
  await queryClient.invalidateQueries({ queryKey: modulesQuery.queryKey })
  return made
}

export async function removeModule(id: string): Promise<void> {
  await ask<unknown>(`modules/${encodeURIComponent(id)}`, { method: 'DELETE' })
  await queryClient.invalidateQueries({ queryKey: modulesQuery.queryKey })
}

/** Asks a module for its health; what it said stands in the list afterwards. */
export async function testModule(id: string): Promise<ModuleTest> {
  const said = await ask<ModuleTest>(`modules/${encodeURIComponent(id)}/test`, { body: {} })
  await queryClient.invalidateQueries({ queryKey: modulesQuery.queryKey })
  return said
}

export const eventPagesQuery = (question: EventAsk, asked: number) =>
  infiniteQueryOptions({
    queryKey: ['events', 'pages', question, asked],
    queryFn: ({ pageParam, signal }) =>
      ask<EventPage>('events', { query: { ...question, limit: pageSize, cursor: pageParam }, signal }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next ?? undefined,
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: keepPreviousData,
  })

/** How often they are asked for again while events are followed. */
const countedEveryMs = 3_000
const drawnEveryMs = 10_000

export const histogramQuery = (question: EventAsk, asked: number, live = false) =>
  queryOptions({
    queryKey: ['events', 'histogram', question, asked],
    queryFn: ({ signal }) => ask<EventHistogram>('events/histogram', { query: { ...question, buckets: 120 }, signal }),
    placeholderData: keepPreviousData,
    refetchInterval: live ? drawnEveryMs : false,
  })

export const countQuery = (question: EventAsk, asked: number, live = false) =>
  queryOptions({
    queryKey: ['events', 'count', question, asked],
    queryFn: ({ signal }) => ask<EventCount>('events/count', { query: { ...question }, signal }),
    placeholderData: keepPreviousData,
    refetchInterval: live ? countedEveryMs : false,
  })

export const topQuery = (facet: string, question: EventAsk, asked: number) =>
  queryOptions({
    queryKey: ['events', 'top', facet, question, asked],
    queryFn: ({ signal }) => ask<EventTop>('events/top', { query: { ...question, facet, n: 10 }, signal }),
    placeholderData: keepPreviousData,
  })

export const eventQuery = (id: string) =>
  queryOptions({
    queryKey: ['event', id],
    queryFn: ({ signal }) => ask<EventRecord>(`events/${encodeURIComponent(id)}`, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  })

export const inspectQuery = (content: string) =>
  queryOptions({
    queryKey: ['inspect', content],
    queryFn: ({ signal }) => ask<readonly Observable[]>('inspect', { body: { content }, signal }),
    enabled: content.trim() !== '',
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
  })

export const investigationQuery = (id: string) =>
  queryOptions({
    queryKey: ['investigation', id],
    queryFn: ({ signal }) => ask<Investigation>(`investigations/${encodeURIComponent(id)}`, { signal }),
    enabled: id !== '',
    // Its stream says when to look again; this is for one that was cut off.
    refetchInterval: ({ state }) => (state.data?.state === 'running' ? 3_000 : false),
    staleTime: Number.POSITIVE_INFINITY,
  })

/** Puts an investigation. @returns it as it stands then: what is known at once, and which modules are asked */
export async function investigate(content: string): Promise<Investigation> {
  const answer = await ask<Investigation>(`investigations?wait=${atOnceSeconds}`, { body: { content } })
  queryClient.setQueryData(investigationQuery(answer.id).queryKey, answer)
  return answer
}

/** What is known this soon is shown whole; what takes longer comes as it is answered. */
const atOnceSeconds = 0.05

/** Spends a one-time link; the cookie that comes back is the session. */
export async function signIn(link: string): Promise<void> {
  await ask<unknown>('sessions', { body: { link } })
  await queryClient.resetQueries()
}

/** Ends the session on the exchange; what was read goes with it. */
export async function signOut(): Promise<void> {
  await ask<unknown>('session', { method: 'DELETE' })
  queryClient.clear()
}
