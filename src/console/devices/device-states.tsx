// The four states of a device, never one (DESIGN "Words"); each is a word and a shape, not a colour alone.
import { IconCircleCheckFilled, IconCircleDashed } from '@tabler/icons-react'
import type { DeviceStates } from '../../wire/api/fleet.ts'

const names = ['enrolled', 'connected', 'healthy', 'flowing'] as const

export function DeviceStateList({ states }: { readonly states: DeviceStates }) {
  return (
    <ul className="device-states">
      {names.map((name) => (
        <li key={name} data-on={states[name] || undefined}>
          {states[name] ? <IconCircleCheckFilled size={14} aria-hidden /> : <IconCircleDashed size={14} aria-hidden />}
          {states[name] ? name : `not ${name}`}
        </li>
      ))}
    </ul>
  )
}
