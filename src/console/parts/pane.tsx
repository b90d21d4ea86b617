// One record beside its list: a head, a button and Escape that close it, and what is known of it.
import './pane.css'
import { IconX } from '@tabler/icons-react'
import { type ReactNode, useEffect } from 'react'
import { visible } from './defang.ts'
import { IconButton } from './icon-button.tsx'

type Props = {
  /** What it shows: Device. */
  readonly name: string
  readonly head: ReactNode
  readonly onClose: () => void
  readonly children: ReactNode
}

export function Pane({ name, head, onClose, children }: Props) {
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.defaultPrevented && !document.querySelector('dialog[open], :popover-open'))
        onClose()
    }
    window.addEventListener('keydown', listen)
    return () => window.removeEventListener('keydown', listen)
  }, [onClose])
  return (
    <aside className="pane" aria-label={name}>
      <header>
        {head}
        <IconButton name={`Close the ${name.toLowerCase()}`} shortcut="Esc" icon={IconX} onClick={onClose} />
      </header>
      {children}
    </aside>
  )
}

/** A term and its value, in a list of class `facts`. */
export function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{visible(name)}</dt>
      <dd>{children}</dd>
    </div>
  )
}
