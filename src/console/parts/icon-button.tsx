// A button that shows only an icon: its name is said and shown as a tip, with its key.
import { ActionIcon } from '@mantine/core'
import type { Icon } from '@tabler/icons-react'

type Props = {
  readonly name: string
  readonly icon: Icon
  readonly onClick: () => void
  /** The key that does the same. */
  readonly shortcut?: string
  readonly tip?: 'below' | 'right'
  readonly size?: number
  readonly bordered?: boolean
  readonly pressed?: boolean | undefined
  readonly disabled?: boolean
  readonly busy?: boolean
}

export function IconButton(props: Props) {
  const { name, icon: Glyph, onClick, shortcut, tip = 'below', size = 30, bordered, pressed, disabled, busy } = props
  return (
    <ActionIcon
      className="icon-button"
      variant={bordered ? 'default' : 'transparent'}
      size={size}
      aria-label={name}
      aria-keyshortcuts={shortcut}
      aria-pressed={pressed}
      // It stays in the order of Tab, so that its name can be found.
      aria-disabled={disabled || undefined}
      data-busy={busy || undefined}
      data-tip={shortcut ? `${name} (${shortcut})` : name}
      data-tip-side={tip}
      onClick={() => !disabled && onClick()}
    >
      <Glyph size={Math.round(size * 0.58)} />
    </ActionIcon>
  )
}
