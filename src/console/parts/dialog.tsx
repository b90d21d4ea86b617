// A modal dialog of the browser's own: focus stays in it, Escape and a click beside it close it. 14 kB lighter than
// Mantine's Modal, which the budget of the first screen does not carry (console-and-cli 6).
import { IconX } from '@tabler/icons-react'
import { type ReactNode, useEffect, useRef } from 'react'
import { IconButton } from './icon-button.tsx'

type Props = {
  readonly opened: boolean
  readonly onClose: () => void
  readonly name: string
  /** Without a head the name is only said. */
  readonly bare?: boolean
  readonly children: ReactNode
}

export function Dialog({ opened, onClose, name, bare = false, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    if (opened) dialog.current?.showModal()
    else dialog.current?.close()
  }, [opened])
  return (
    <dialog
      ref={dialog}
      className="dialog"
      aria-label={name}
      // It also says so where the page has closed it: then there is nothing more to do.
      onClose={() => opened && onClose()}
      onClick={(event) => event.target === event.currentTarget && onClose()}
    >
      {opened && (
        <div className="dialog-body">
          {!bare && (
            <header>
              <h2>{name}</h2>
              <IconButton name="Close" icon={IconX} onClick={onClose} />
            </header>
          )}
          {children}
        </div>
      )}
    </dialog>
  )
}
