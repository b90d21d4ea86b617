// Brings keys to whoever acts on them: the shell listens once, pages say what an action means while they are shown.
import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from 'react'
import { type KeyAction, type KeyPending, pressKey } from './key-map.ts'

type Handlers = Map<KeyAction, (() => void)[]>

type Keys = {
  readonly handlers: Handlers
  readonly singleKeys: boolean
  readonly setSingleKeys: (on: boolean) => void
}

const KeysContext = createContext<Keys>({ handlers: new Map(), singleKeys: true, setSingleKeys: () => undefined })

const storageKey = 'sallyport-single-keys'

export function KeyActions({ children }: { readonly children: ReactNode }) {
  const [singleKeys, setSingleKeys] = useState(() => localStorage.getItem(storageKey) !== 'off')
  const handlers = useRef<Handlers>(new Map()).current
  useEffect(() => localStorage.setItem(storageKey, singleKeys ? 'on' : 'off'), [singleKeys])
  useEffect(() => {
    let pending: KeyPending = null
    const listen = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || ['Shift', 'Control', 'Alt', 'Meta'].includes(event.key)) return
      const command = event.ctrlKey || event.metaKey
      const occupied = isOccupied(event.target)
      const press = { key: event.key, modified: command || event.altKey, command, occupied, at: event.timeStamp }
      const result = pressKey(press, pending, singleKeys)
      pending = result.pending
      const handler = result.action && handlers.get(result.action)?.at(-1)
      if (!handler) return
      event.preventDefault()
      handler()
    }
    window.addEventListener('keydown', listen)
    return () => window.removeEventListener('keydown', listen)
  }, [singleKeys, handlers])
  const keys = useMemo(() => ({ handlers, singleKeys, setSingleKeys }), [handlers, singleKeys])
  return <KeysContext value={keys}>{children}</KeysContext>
}

/** While the component is shown, the action means this; of several the latest shown wins. */
export function useKeyAction(action: KeyAction, act: () => void): void {
  const { handlers } = useContext(KeysContext)
  const latest = useRef(act)
  latest.current = act
  useEffect(() => {
    const handler = () => latest.current()
    handlers.set(action, [...(handlers.get(action) ?? []), handler])
    return () =>
      void handlers.set(
        action,
        (handlers.get(action) ?? []).filter((one) => one !== handler),
      )
  }, [action, handlers])
}

/** The one switch that turns single-key shortcuts off. */
export function useSingleKeys(): Pick<Keys, 'singleKeys' | 'setSingleKeys'> {
  return useContext(KeysContext)
}

function isOccupied(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.closest('input, textarea, select, dialog, [popover]') !== null)
  )
}
