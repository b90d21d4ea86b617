// Connects a device: makes the one string, shows it once with the command to paste, and waits for the first event.
import { Button } from '@mantine/core'
import { IconCircleCheckFilled, IconCircleDashed } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type FormEvent, useEffect, useState } from 'react'
import type { DeviceView, TokenRecord } from '../../wire/api/fleet.ts'
import { createToken } from '../api/queries.ts'
import { announce } from '../parts/announcer.tsx'
import { CopyButton } from '../parts/copy-button.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { ProblemNote } from '../parts/problem-note.tsx'
import { utc } from '../parts/spoken-time.ts'
import { TextField } from '../parts/text-field.tsx'
import { type Enrolment, enrolment } from './enrolment-steps.ts'

type Props = { readonly opened: boolean; readonly devices: readonly DeviceView[]; readonly onClose: () => void }
type Made = { readonly token: TokenRecord; readonly before: ReadonlySet<string>; readonly madeAt: number }

export function EnrolDialog({ opened, devices, onClose }: Props) {
  return (
    <Dialog opened={opened} onClose={onClose} name="Connect a device">
      <Enrol devices={devices} onClose={onClose} />
    </Dialog>
  )
}

function Enrol({ devices, onClose }: Omit<Props, 'opened'>) {
  const [name, setName] = useState('')
  const [made, setMade] = useState<Made>()
  const making = useMutation({
    mutationFn: createToken,
    onSuccess: (token) => setMade({ token, before: new Set(devices.map(({ id }) => id)), madeAt: Date.now() }),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    making.mutate(name.trim())
  }
  if (made) return <Paste made={made} progress={enrolment(devices, made.before, made.madeAt)} onClose={onClose} />
  return (
    <form onSubmit={submit} className="enrol">
      <p>
        One string carries the address of this exchange, how to recognise it, and a key that works once. It is shown
        once and ends after an hour.
      </p>
      <TextField
        label="Name of the device (optional)"
        placeholder="edge-berlin"
        autoFocus
        maxLength={63}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      {making.error && <ProblemNote error={making.error} />}
      <Button type="submit" size="sm" loading={making.isPending}>
        Make the string
      </Button>
    </form>
  )
}

type PasteProps = { readonly made: Made; readonly progress: Enrolment; readonly onClose: () => void }

function Paste({ made: { token }, progress, onClose }: PasteProps) {
  // echo is the shell's own: the string stands in no process list, where other users of the machine could read it.
  const command = `echo ${token.token} | sallyport device enrol`
  const { device, flowing, steps } = progress
  useEffect(() => {
    if (flowing) announce('The first event is here')
  }, [flowing])
  return (
    <div className="enrol">
      <p>On the machine with the sensor, paste this:</p>
      <pre className="command token" tabIndex={0} aria-label="Command to paste">
        {command}
      </pre>
      <div className="dialog-buttons">
        <CopyButton text={command}>Copy the command</CopyButton>
        <CopyButton text={token.token}>Copy the string alone</CopyButton>
        <span className="second-reading">works once, until {utc(token.expires, 'minutes')}</span>
      </div>
      <ol className="enrol-steps" aria-label="How far it is">
        {steps.map(({ name, done, says }) => (
          <li key={name} data-on={done || undefined}>
            {done ? <IconCircleCheckFilled size={18} aria-hidden /> : <IconCircleDashed size={18} aria-hidden />}
            <b>{name}</b> <span>{says}</span>
          </li>
        ))}
      </ol>
      {flowing && device ? (
        <p>
          <Link to="/events" search={{ q: `device:${device.id}`, live: '1' }}>
            Watch its events
          </Link>{' '}
          or{' '}
          <button type="button" className="link-button" onClick={onClose}>
            go back to the devices
          </button>
          .
        </p>
      ) : (
        <p className="second-reading">
          It finds what Suricata, Zeek and Snort usually write; for another file or socket add{' '}
          <code>--source PATH</code>. This waits for as long as you like. Nothing happens? On that machine:{' '}
          <code>sallyport doctor</code>
        </p>
      )}
    </div>
  )
}
