// How far each module is with an investigation: its state, its time, what it brought, why it failed. One that is slow or
// broken holds up none of the others (console-and-cli 6).
import './answers.css'
import { IconCircleCheckFilled, IconCircleXFilled } from '@tabler/icons-react'
import type { ModuleRun } from '../../wire/api/investigations.ts'
import { visible } from '../parts/defang.ts'
import { counted, duration } from '../parts/spoken-time.ts'

export function ModuleRuns({ runs }: { readonly runs: readonly ModuleRun[] }) {
  if (runs.length === 0) return null
  const answered = runs.filter(({ state }) => state !== 'running').length
  return (
    <section aria-label="Modules">
      <h2>
        {answered} of {counted(runs.length, 'module')} answered
      </h2>
      <ul className="module-runs">
        {runs.map((run) => (
          <li key={run.id} data-state={run.state}>
            <p>
              <Mark state={run.state} /> <b>{visible(run.name)}</b>{' '}
              <span className="second-reading">
                {run.state === 'running'
                  ? 'still asked'
                  : `${run.state === 'failed' ? 'failed' : 'answered'} after ${duration(run.ms)}`}
                {run.count > 0 && `, ${counted(run.count, 'finding')}`}
              </span>
            </p>
            {run.errors.map(({ type, code, message }) => (
              <p key={`${code} ${message}`} className={type === 'warning' ? 'second-reading' : 'lost'}>
                {visible(message)} <code>{visible(code)}</code>
              </p>
            ))}
          </li>
        ))}
      </ul>
    </section>
  )
}

function Mark({ state }: Pick<ModuleRun, 'state'>) {
  if (state === 'running') return <span className="spinner small" aria-hidden />
  return state === 'done' ? (
    <IconCircleCheckFilled size={14} aria-hidden />
  ) : (
    <IconCircleXFilled size={14} aria-hidden />
  )
}
