// The doctor of one device: looks when asked, says whether events flow, names the first hop that is broken with what
// mends it; what holds is folded away (console-and-cli 10).
import { Button } from '@mantine/core'
import {
  IconAlertTriangleFilled,
  IconCircleCheckFilled,
  IconCircleDashed,
  IconCircleXFilled,
  IconHelpCircle,
  IconStethoscope,
} from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { CheckResult, CheckStatus, DoctorReport } from '../../wire/doctor.ts'
import { examineDevice } from '../api/queries.ts'
import { announce } from '../parts/announcer.tsx'
import { CopyButton } from '../parts/copy-button.tsx'
import { visible } from '../parts/defang.ts'
import { ProblemNote } from '../parts/problem-note.tsx'
import { counted, duration } from '../parts/spoken-time.ts'

export function DeviceDoctor({ device }: { readonly device: string }) {
  const looking = useMutation({ mutationFn: examineDevice, onSuccess: ({ sentence }) => announce(sentence) })
  const { reset } = looking
  useEffect(() => reset(), [device, reset])
  return (
    <section>
      <h3>Doctor</h3>
      <div className="dialog-buttons">
        <Button
          size="xs"
          leftSection={<IconStethoscope size={15} />}
          loading={looking.isPending}
          onClick={() => looking.mutate(device)}
        >
          {looking.data ? 'Look again' : 'Ask the doctor'}
        </Button>
      </div>
      {looking.error && <ProblemNote error={looking.error} />}
      {looking.data && <Report report={looking.data} />}
    </section>
  )
}

function Report({ report }: { readonly report: DoctorReport }) {
  const told = report.checks.filter(({ status }) => status === 'fail' || status === 'warn')
  const others = report.checks.filter((check) => !told.includes(check))
  return (
    <div role="region" aria-label="What the doctor found">
      <p className="verdict" data-verdict={report.verdict}>
        {visible(report.sentence)}
      </p>
      <ul className="checks">
        {told.map((check) => (
          <Check key={check.id} check={check} />
        ))}
      </ul>
      {others.length > 0 && (
        <details>
          <summary>{counted(others.length, 'further check')}</summary>
          <ul className="checks">
            {others.map((check) => (
              <Check key={check.id} check={check} />
            ))}
          </ul>
        </details>
      )}
      <p className="second-reading">
        {report.from === 'device'
          ? 'The device looked itself'
          : 'The device does not answer: told from what is known here'}
        , in {duration(report.durationMs)}. From a shell: <code>sallyport doctor {visible(report.device)}</code>
      </p>
    </div>
  )
}

const marks = {
  ok: IconCircleCheckFilled,
  warn: IconAlertTriangleFilled,
  fail: IconCircleXFilled,
  skip: IconCircleDashed,
  unknown: IconHelpCircle,
} as const satisfies Record<CheckStatus, unknown>

const words: Readonly<Record<CheckStatus, string>> = {
  ok: 'holds',
  warn: 'warning',
  fail: 'fails',
  skip: 'skipped',
  unknown: 'not measured',
}

function Check({ check }: { readonly check: CheckResult }) {
  const Mark = marks[check.status]
  return (
    <li data-status={check.status}>
      <p>
        <Mark size={15} aria-hidden /> <b>{visible(check.title)}</b> <span>{words[check.status]}</span>
        {check.code && <code>{visible(check.code)}</code>}
      </p>
      <p>{visible(check.evidence)}</p>
      {check.cause && <p className="second-reading">{visible(check.cause)}</p>}
      {check.code && (
        <p className="second-reading">
          More: <code>sallyport doctor explain {visible(check.code)}</code>
        </p>
      )}
      {check.fix && (
        <div className="fix">
          <pre className="command" tabIndex={0} aria-label="What mends it">
            {visible(check.fix)}
          </pre>
          <CopyButton text={check.fix}>Copy</CopyButton>
        </div>
      )}
    </li>
  )
}
