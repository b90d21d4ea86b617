// Ctrl/Cmd-K: go somewhere, or take what is typed to Investigate or Events.
import { useMantineColorScheme } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { type KeyboardEvent, useId, useState } from 'react'
import { Dialog } from '../parts/dialog.tsx'

type Command = { readonly name: string; readonly run: () => void }

export function Palette({ opened, onClose }: { readonly opened: boolean; readonly onClose: () => void }) {
  return (
    <Dialog opened={opened} onClose={onClose} name="Commands" bare>
      <Commands onClose={onClose} />
    </Dialog>
  )
}

function Commands({ onClose }: { readonly onClose: () => void }) {
  const navigate = useNavigate()
  const { toggleColorScheme } = useMantineColorScheme({ keepTransitions: true })
  const [text, setText] = useState('')
  const [current, setCurrent] = useState(0)
  const list = useId()
  const typed = text.trim()
  const fixed: Command[] = [
    { name: 'Go to Investigate', run: () => void navigate({ to: '/investigate' }) },
    { name: 'Go to Events', run: () => void navigate({ to: '/events' }) },
    { name: 'Go to Devices', run: () => void navigate({ to: '/devices' }) },
    { name: 'Go to Modules', run: () => void navigate({ to: '/modules' }) },
    { name: 'Connect a device', run: () => void navigate({ to: '/devices', search: { enrol: '1' } }) },
    {
      name: 'Events: alerts of the last hour',
      run: () => void navigate({ to: '/events', search: { q: 'type:alert', since: '1h' } }),
    },
    { name: 'Change between dark and light', run: toggleColorScheme },
  ]
  const commands: Command[] = [
    ...(typed
      ? [
          { name: `Investigate “${typed}”`, run: () => void navigate({ to: '/investigate', search: { q: typed } }) },
          { name: `Search events for ${typed}`, run: () => void navigate({ to: '/events', search: { q: typed } }) },
        ]
      : []),
    ...fixed.filter(({ name }) => name.toLowerCase().includes(typed.toLowerCase())),
  ]
  const run = (command: Command | undefined) => {
    onClose()
    command?.run()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step) setCurrent((at) => (at + step + commands.length) % commands.length)
    if (event.key === 'Enter') run(commands[current])
    if (step || event.key === 'Enter') event.preventDefault()
  }
  return (
    <div className="palette">
      <input
        type="text"
        autoFocus
        autoComplete="off"
        spellCheck={false}
        aria-label="Command or anything to look for"
        placeholder="Go to a screen, or paste anything to look for…"
        role="combobox"
        aria-expanded
        aria-controls={list}
        aria-activedescendant={`${list}-${current}`}
        value={text}
        onKeyDown={onKeyDown}
        onChange={(event) => {
          setText(event.currentTarget.value)
          setCurrent(0)
        }}
      />
      <div id={list} role="listbox" aria-label="Commands">
        {commands.map((command, index) => (
          // Its keys are those of the combobox above.
          <div
            key={command.name}
            id={`${list}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === current}
            onMouseEnter={() => setCurrent(index)}
            onClick={() => run(command)}
          >
            {command.name}
          </div>
        ))}
      </div>
    </div>
  )
}
