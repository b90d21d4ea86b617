// The one way an observable is shown, in tables too: monospace, its type said, and a menu to go on from it
// (console-and-cli rules 9, 12). One menu serves all of them.
import { IconActivity, IconCopy, IconTopologyStar3 } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { flushSync } from 'react-dom'
import { createContext, type KeyboardEvent, type ReactNode, useContext, useRef, useState } from 'react'
import { term } from '../events/query-text.ts'
import { copyText } from './copy-button.tsx'
import { defang, middleEllipsis, visible } from './defang.ts'

type Value = { readonly type: string; readonly value: string }

const OpenContext = createContext<(value: Value, from: HTMLElement) => void>(() => undefined)

export function Observable({
  type,
  value,
  max = 44,
  tabIndex,
}: Value & { readonly max?: number; readonly tabIndex?: number }) {
  const open = useContext(OpenContext)
  const shown = visible(value)
  return (
    <button
      type="button"
      className="observable"
      title={`${type.replaceAll('_', ' ')}: ${shown}`}
      aria-haspopup="menu"
      tabIndex={tabIndex}
      onClick={(event) => {
        event.stopPropagation()
        open({ type, value }, event.currentTarget)
      }}
    >
      <bdi>{middleEllipsis(shown, max)}</bdi>
    </button>
  )
}

export function ObservableMenu({ children }: { readonly children: ReactNode }) {
  const [shown, setShown] = useState<Value>()
  const menu = useRef<HTMLDivElement>(null)
  const navigate = useNavigate()
  const open = (value: Value, from: HTMLElement) => {
    // The items have to be there to take the focus before the next key comes.
    flushSync(() => setShown(value))
    menu.current?.showPopover({ source: from })
    menu.current?.querySelector<HTMLElement>('[role="menuitem"]')?.focus()
  }
  const items =
    shown === undefined
      ? []
      : [
          {
            name: 'Investigate',
            icon: IconTopologyStar3,
            act: () => navigate({ to: '/investigate', search: { q: shown.value } }),
          },
          {
            name: 'Events with this value',
            icon: IconActivity,
            act: () => navigate({ to: '/events', search: { q: term(shown.type, shown.value) } }),
          },
          { name: 'Copy defanged', icon: IconCopy, act: () => copyText(defang(shown.type, shown.value)) },
          { name: 'Copy raw', icon: IconCopy, act: () => copyText(shown.value) },
        ]
  return (
    <OpenContext value={open}>
      {children}
      <div
        ref={menu}
        popover="auto"
        className="pop observable-menu"
        role="dialog"
        aria-label="What to do with this value"
      >
        {shown && (
          <>
            <p className="menu-value">
              <span>{shown.type.replaceAll('_', ' ')}</span>
              <bdi>{visible(shown.value)}</bdi>
            </p>
            <div role="menu" aria-label={`${shown.type} ${visible(shown.value)}`} onKeyDown={walkMenu}>
              {items.map(({ name, icon: Glyph, act }) => (
                <button
                  key={name}
                  type="button"
                  role="menuitem"
                  tabIndex={-1}
                  onClick={() => {
                    menu.current?.hidePopover()
                    void act()
                  }}
                >
                  <Glyph size={15} aria-hidden /> {name}
                </button>
              ))}
            </div>
          </>
        )}
      </div>
    </OpenContext>
  )
}

function walkMenu(event: KeyboardEvent<HTMLElement>): void {
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>('[role="menuitem"]')]
  const at = items.findIndex((item) => item === document.activeElement)
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key]
  if (to === undefined) return
  event.preventDefault()
  items.at(to % items.length)?.focus()
}
