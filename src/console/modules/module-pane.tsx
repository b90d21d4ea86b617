// One module beside the list: what it is, how it is configured, how it answered; test it, remove it.
import { Button } from '@mantine/core'
import { IconPlayerPlay, IconTrash } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { ModuleError, ModuleRecord, ModuleTest } from '../../wire/api/modules.ts'
import { removeModule, testModule } from '../api/queries.ts'
import { announce } from '../parts/announcer.tsx'
import { visible } from '../parts/defang.ts'
import { Dialog } from '../parts/dialog.tsx'
import { Fact, Pane } from '../parts/pane.tsx'
import { ProblemNote } from '../parts/problem-note.tsx'
import { counted, duration, utc } from '../parts/spoken-time.ts'
import { Health } from './module-health.tsx'

export function ModulePane({ module, onClose }: { readonly module: ModuleRecord; readonly onClose: () => void }) {
  const [removing, setRemoving] = useState(false)
  const testing = useMutation({
    mutationFn: testModule,
    onSuccess: ({ passed }) => announce(passed ? 'The test passed' : 'The test failed'),
  })
  const removal = useMutation({ mutationFn: removeModule, onSuccess: onClose })
  const { reset } = testing
  useEffect(() => reset(), [module.id, reset])
  return (
    <Pane name="Module" head={<h2>{visible(module.name)}</h2>} onClose={onClose}>
      <div className="pane-body">
        <Health enabled={module.enabled} health={module.health} />
        <Facts module={module} />
        {module.health.errors.length > 0 && (
          <section>
            <h3>What it said last</h3>
            <Errors errors={module.health.errors} />
          </section>
        )}
        <div className="dialog-buttons">
          <Button
            size="xs"
            leftSection={<IconPlayerPlay size={15} />}
            loading={testing.isPending}
            onClick={() => testing.mutate(module.id)}
          >
            Test it
          </Button>
          {!module.builtIn && (
            <Button size="xs" variant="default" leftSection={<IconTrash size={15} />} onClick={() => setRemoving(true)}>
              Remove
            </Button>
          )}
        </div>
        {testing.error && <ProblemNote error={testing.error} />}
        {testing.data && <Tested test={testing.data} />}
      </div>
      <Dialog opened={removing} onClose={() => setRemoving(false)} name={`Remove ${visible(module.name)}?`}>
        <p>
          Investigations no longer ask it. Its settings and secrets go with it; what it said so far stays in the
          investigations. To have it again, add it again.
        </p>
        {removal.error && <ProblemNote error={removal.error} />}
        <div className="dialog-buttons">
          <Button size="xs" color="red" loading={removal.isPending} onClick={() => removal.mutate(module.id)}>
            Remove it
          </Button>
          <Button size="xs" variant="default" autoFocus onClick={() => setRemoving(false)}>
            Keep it
          </Button>
        </div>
      </Dialog>
    </Pane>
  )
}

function Facts({ module }: { readonly module: ModuleRecord }) {
  const { health } = module
  return (
    <dl className="facts">
      <Fact name="Kind">{visible(module.typeTitle)}</Fact>
      <Fact name="It can">{module.verbs.join(', ')}</Fact>
      {health.ms !== null && <Fact name="Last answer">after {duration(health.ms)}</Fact>}
      {Object.entries(module.settings).map(([key, value]) => (
        <Fact key={key} name={key}>
          <code>
            {visible(typeof value === 'object' ? counted(value.length, 'line') : String(value).slice(0, 400))}
          </code>
        </Fact>
      ))}
      {!module.builtIn && <Fact name="Added">{utc(module.createdAt, 'minutes')}</Fact>}
      <Fact name="From a shell">
        <code>sallyport module test {visible(module.name)}</code>
      </Fact>
    </dl>
  )
}

function Tested({ test }: { readonly test: ModuleTest }) {
  return (
    <section aria-label="What the test found">
      <h3 className={test.passed ? undefined : 'lost'}>{test.passed ? 'The test passed' : 'The test failed'}</h3>
      <ul className="test-steps">
        {test.steps.map((step) => (
          <li key={step.verb}>
            <b>{step.verb}</b> {step.passed ? 'passed' : <span className="lost">failed</span>} after {duration(step.ms)}
            {step.count > 0 && `, ${counted(step.count, 'answer')}`}
            <Errors errors={step.errors} />
          </li>
        ))}
      </ul>
      {test.advice.map((advice) => (
        <p key={advice}>{visible(advice)}</p>
      ))}
    </section>
  )
}

function Errors({ errors }: { readonly errors: readonly ModuleError[] }) {
  return (
    <ul>
      {errors.map(({ type, code, message }) => (
        <li key={`${code} ${message}`} className={type === 'warning' ? 'second-reading' : 'lost'}>
          {visible(message)} <code>{visible(code)}</code>
        </li>
      ))}
    </ul>
  )
}
