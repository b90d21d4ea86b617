// A button with a panel below it: the browser's own popover, closed by Escape or a click elsewhere, focus returned.
import { type ReactNode, type ToggleEvent, useId, useState } from 'react'

type Props = {
  /** The face of the button. */
  readonly face: ReactNode
  readonly className: string
  readonly name: string
  /** Said instead of the face, where that is an icon. */
  readonly buttonName?: string
  readonly side?: 'start' | 'end'
  readonly children: (close: () => void) => ReactNode
}

export function Pop({ face, className, name, buttonName, side = 'start', children }: Props) {
  const id = useId()
  const [opened, setOpened] = useState(false)
  const close = () => document.getElementById(id)?.hidePopover()
  return (
    <>
      <button
        type="button"
        className={className}
        popoverTarget={id}
        aria-haspopup="dialog"
        aria-expanded={opened}
        aria-label={buttonName}
        data-tip={buttonName}
      >
        {face}
      </button>
      <div
        id={id}
        popover="auto"
        className="pop"
        data-side={side}
        role="dialog"
        aria-label={name}
        onToggle={(event: ToggleEvent<HTMLDivElement>) => {
          const open = event.newState === 'open'
          setOpened(open)
          if (open) event.currentTarget.querySelector<HTMLElement>('button, input, a')?.focus()
        }}
      >
        {opened && children(close)}
      </div>
    </>
  )
}
