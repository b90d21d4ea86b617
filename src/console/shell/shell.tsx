// What stands around every screen: navigation, state of the exchange, theme, keys; and the way to sign-in.
import { useMantineColorScheme } from '@mantine/core'
import {
  IconActivity,
  IconKeyboard,
  IconMoon,
  IconPuzzle,
  IconServer2,
  IconShieldHalf,
  IconSun,
  IconTopologyStar3,
} from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link, Navigate, Outlet, useLocation, useNavigate } from '@tanstack/react-router'
import { Suspense, useState } from 'react'
import { problemOf } from '../api/ask.ts'
import { sessionQuery, signOut } from '../api/queries.ts'
import { Announcer } from '../parts/announcer.tsx'
import { Busy } from '../parts/busy.tsx'
import { IconButton } from '../parts/icon-button.tsx'
import { ObservableMenu } from '../parts/observable.tsx'
import { ProblemNote } from '../parts/problem-note.tsx'
import { KeyActions, useKeyAction } from './key-actions.tsx'
import { KeySheet } from './key-sheet.tsx'
import { Palette } from './palette.tsx'
import { ServerState } from './server-state.tsx'
import { useLastVisit } from './use-last-visit.ts'

export function Shell() {
  const session = useQuery(sessionQuery)
  if (session.isPending) return <Busy />
  if (session.error) {
    const problem = problemOf(session.error)
    if (problem.status === 401) return <Navigate to="/signin" replace />
    return (
      <main className="centre">
        <ProblemNote error={session.error} retry={() => void session.refetch()} />
      </main>
    )
  }
  return (
    <KeyActions>
      <ObservableMenu>
        <Frame user={session.data.user} />
      </ObservableMenu>
    </KeyActions>
  )
}

const screens = [
  { to: '/investigate', shell: 'investigate TEXT', name: 'Investigate', icon: IconTopologyStar3, keys: ['g', 'i'] },
  { to: '/events', shell: 'events search', name: 'Events', icon: IconActivity, keys: ['g', 'e'] },
  { to: '/devices', shell: 'exchange device ls', name: 'Devices', icon: IconServer2, keys: ['g', 'd'] },
  { to: '/modules', shell: 'module ls', name: 'Modules', icon: IconPuzzle, keys: ['g', 'm'] },
] as const

function Frame({ user }: { readonly user: string }) {
  const navigate = useNavigate()
  const [sheet, setSheet] = useState(false)
  const [palette, setPalette] = useState(false)
  useKeyAction('help', () => setSheet(true))
  useKeyAction('palette', () => setPalette((shown) => !shown))
  const last = useLastVisit()
  const screen = useLocation({ select: ({ pathname }) => screens.find(({ to }) => to === pathname) })
  useKeyAction('go-investigate', () => void navigate({ to: '/investigate', search: last('/investigate') }))
  useKeyAction('go-devices', () => void navigate({ to: '/devices', search: last('/devices') }))
  useKeyAction('go-modules', () => void navigate({ to: '/modules', search: last('/modules') }))
  useKeyAction('go-events', () => void navigate({ to: '/events', search: last('/events') }))
  return (
    <div className="frame">
      <a className="skip-link" href="#main">
        Skip to the page
      </a>
      <header className="frame-header">
        <Link to="/investigate" className="brand">
          <IconShieldHalf size={22} aria-hidden />
          Sallyport
        </Link>
        <ServerState />
        <div className="frame-tools">
          <button type="button" className="palette-button" onClick={() => setPalette(true)}>
            Go to or search… <kbd>Ctrl K</kbd>
          </button>
          <ThemeSwitch />
          <IconButton name="Keys" shortcut="?" icon={IconKeyboard} onClick={() => setSheet(true)} />
        </div>
      </header>
      <nav className="frame-nav" aria-label="Screens">
        {screens.map(({ to, name, icon: Icon, keys }) => (
          <Link key={to} to={to} search={last(to)} className="nav-link" activeProps={{ 'aria-current': 'page' }}>
            <Icon size={19} aria-hidden />
            <span>{name}</span>
            <span className="nav-keys" aria-hidden>
              {keys.join(' ')}
            </span>
          </Link>
        ))}
        <p className="nav-foot">
          Signed in as <b>{user}</b> ·{' '}
          <button
            type="button"
            className="link-button"
            onClick={() => void signOut().then(() => navigate({ to: '/signin' }))}
          >
            sign out
          </button>
          {screen && (
            <>
              <br />
              The same from a shell: <code>sallyport {screen.shell}</code>
            </>
          )}
        </p>
      </nav>
      <main id="main" className="frame-main" tabIndex={-1}>
        <Suspense fallback={<Busy />}>
          <Outlet />
        </Suspense>
      </main>
      <KeySheet opened={sheet} onClose={() => setSheet(false)} />
      <Palette opened={palette} onClose={() => setPalette(false)} />
      <Announcer />
    </div>
  )
}

function ThemeSwitch() {
  const { colorScheme, setColorScheme } = useMantineColorScheme({ keepTransitions: true })
  const dark = colorScheme !== 'light'
  const name = dark ? 'Light theme' : 'Dark theme'
  return (
    <IconButton name={name} icon={dark ? IconSun : IconMoon} onClick={() => setColorScheme(dark ? 'light' : 'dark')} />
  )
}
