// The addresses of the console. Every state of a screen is in its address; pages are loaded when first gone to.
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router'
import { readDeviceSearch } from './devices/device-search.ts'
import { readEventSearch } from './events/event-search.ts'
import { readInvestigateSearch } from './investigate/investigate-search.ts'
import { readModuleSearch } from './modules/module-search.ts'
import { parseSearch, stringifySearch } from './search-params.ts'
import { NotFound } from './shell/not-found.tsx'
import { Shell } from './shell/shell.tsx'
import { SignIn } from './shell/sign-in.tsx'

const root = createRootRoute({ notFoundComponent: NotFound })

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/signin',
  component: SignIn,
})

/** What needs a signed-in person. */
const shell = createRoute({ getParentRoute: () => root, id: 'shell', component: Shell })

const start = createRoute({
  getParentRoute: () => shell,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/investigate' })
  },
})

const investigate = createRoute({
  getParentRoute: () => shell,
  path: '/investigate',
  validateSearch: readInvestigateSearch,
  component: lazyRouteComponent(() => import('./investigate/investigate-page.tsx'), 'InvestigatePage'),
})

const events = createRoute({
  getParentRoute: () => shell,
  path: '/events',
  validateSearch: readEventSearch,
  component: lazyRouteComponent(() => import('./events/events-page.tsx'), 'EventsPage'),
})

const devices = createRoute({
  getParentRoute: () => shell,
  path: '/devices',
  validateSearch: readDeviceSearch,
  component: lazyRouteComponent(() => import('./devices/devices-page.tsx'), 'DevicesPage'),
})

const modules = createRoute({
  getParentRoute: () => shell,
  path: '/modules',
  validateSearch: readModuleSearch,
  component: lazyRouteComponent(() => import('./modules/modules-page.tsx'), 'ModulesPage'),
})

export const router = createRouter({
  routeTree: root.addChildren([signIn, shell.addChildren([start, investigate, events, devices, modules])]),
  parseSearch,
  stringifySearch,
  defaultPreload: 'intent',
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
