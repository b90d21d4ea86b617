// What went wrong, in its three parts: what, what to do, and the code to look it up by.
import { Button } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { problemOf } from '../api/ask.ts'

export function ProblemNote({ error, retry }: { readonly error: unknown; readonly retry?: () => void }) {
  const { code, detail, remedy } = problemOf(error)
  return (
    <div className="problem" role="alert">
      <IconAlertTriangle size={20} aria-hidden />
      <div>
        <p className="problem-detail">{detail}</p>
        <p>{remedy}</p>
        <code>{code}</code>
      </div>
      {retry && (
        <Button size="xs" variant="default" onClick={retry}>
          Try again
        </Button>
      )}
    </div>
  )
}
