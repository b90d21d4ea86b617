// How a module answered lately: a word and a shape, not a colour alone.
import { IconCircleCheckFilled, IconCircleDashed, IconCircleXFilled } from '@tabler/icons-react'
import type { ModuleHealth } from '../../wire/api/modules.ts'
import { relative } from '../parts/spoken-time.ts'

export function Health({ enabled, health }: { readonly enabled: boolean; readonly health: ModuleHealth }) {
  const [Mark, state, word] = !enabled
    ? [IconCircleDashed, 'unknown', 'switched off']
    : health.state === 'ok'
      ? [IconCircleCheckFilled, 'ok', 'answers']
      : health.state === 'failed'
        ? [IconCircleXFilled, 'failed', 'fails']
        : [IconCircleDashed, 'unknown', 'not asked yet']
  return (
    <span className="health" data-state={state}>
      <Mark size={15} aria-hidden /> {word}
      {health.at !== null && <span className="second-reading"> {relative(health.at, Date.now())}</span>}
    </span>
  )
}
