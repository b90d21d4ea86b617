// Export: exactly what the filter shows, as a file; how far it is, and a way to stop it (issue 9, 7).
import { Button } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { useEffect, useRef, useState } from 'react'
import type { EventAsk } from '../api/queries.ts'
import { announce } from '../parts/announcer.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { ProblemNote } from '../parts/problem-note.tsx'
import { count, counted } from '../parts/spoken-time.ts'
import { type ExportFormat, exportEvents, saveFile } from './export-events.ts'

type State =
  | { readonly kind: 'choosing' }
  | { readonly kind: 'running'; readonly rows: number; readonly total: number }
  | { readonly kind: 'done'; readonly rows: number; readonly name: string }
  | { readonly kind: 'failed'; readonly error: unknown }

type Props = {
  readonly opened: boolean
  readonly onClose: () => void
  readonly question: EventAsk
  readonly total: number | undefined
}

export function ExportDialog({ opened, onClose, question, total }: Props) {
  const [state, setState] = useState<State>({ kind: 'choosing' })
  const running = useRef<AbortController>(undefined)
  const stop = () => {
    running.current?.abort()
    running.current = undefined
    setState({ kind: 'choosing' })
  }
  useEffect(() => () => running.current?.abort(), [])
  const start = async (format: ExportFormat) => {
    const ended = new AbortController()
    running.current = ended
    setState({ kind: 'running', rows: 0, total: total ?? 0 })
    try {
      const onRows = (rows: number, of: number) => setState({ kind: 'running', rows, total: of })
      const file = await exportEvents(question, format, ended.signal, onRows)
      saveFile(file.content, file.name)
      announce(`Export done, ${counted(file.rows, 'row')}`)
      setState({ kind: 'done', rows: file.rows, name: file.name })
    } catch (error) {
      if (!ended.signal.aborted) setState({ kind: 'failed', error })
    }
  }
  return (
    <Dialog
      opened={opened}
      name="Export events"
      onClose={() => {
        stop()
        onClose()
      }}
    >
      {state.kind === 'running' ? (
        <Running {...state} onStop={stop} />
      ) : (
        <Choosing question={question} total={total} onStart={(format) => void start(format)} />
      )}
      {state.kind === 'done' && (
        <p className="dialog-note" role="status">
          {counted(state.rows, 'row')} in <code>{state.name}</code>, in the folder of your browser’s downloads.
        </p>
      )}
      {state.kind === 'failed' && <ProblemNote error={state.error} />}
    </Dialog>
  )
}

function Running({
  rows,
  total,
  onStop,
}: {
  readonly rows: number
  readonly total: number
  readonly onStop: () => void
}) {
  return (
    <div className="export-running">
      <label>
        {count(rows)} of {count(total)} rows
        <progress value={Math.min(rows, total)} max={Math.max(total, 1)} />
      </label>
      <Button variant="default" size="xs" onClick={onStop} autoFocus>
        Stop
      </Button>
    </div>
  )
}

function Choosing({
  question,
  total,
  onStart,
}: Pick<Props, 'question' | 'total'> & { readonly onStart: (format: ExportFormat) => void }) {
  return (
    <>
      <p>
        {total === undefined ? 'Everything' : counted(total, 'event')} that{' '}
        {question.q === '' ? 'the time range' : <code>{question.q}</code>} shows, newest first, with its losses as rows.
      </p>
      <div className="dialog-buttons">
        <Button size="xs" leftSection={<IconDownload size={15} />} onClick={() => onStart('csv')} autoFocus>
          CSV for a spreadsheet
        </Button>
        <Button size="xs" variant="default" leftSection={<IconDownload size={15} />} onClick={() => onStart('jsonl')}>
          JSON lines, exact
        </Button>
      </div>
      <p className="second-reading">
        A cell that a spreadsheet would run as a formula gets an apostrophe in front. The same from a shell:{' '}
        <code>sallyport events export QUERY --format csv --out FILE</code>
      </p>
    </>
  )
}
