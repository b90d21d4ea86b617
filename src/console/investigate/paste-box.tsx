// The one box that takes anything: text, many lines, a dropped file. Typed chips say what was understood before
// anything runs (console-and-cli rule 11).
import { Button } from '@mantine/core'
import { IconClipboardText } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { type DragEvent, type KeyboardEvent, useEffect, useRef, useState } from 'react'
import type { Investigation } from '../../wire/api/investigations.ts'
import { inspectQuery } from '../api/queries.ts'
import { announce } from '../parts/announcer.tsx'
import { Observable } from '../parts/observable.tsx'
import { ProblemNote } from '../parts/problem-note.tsx'
import { count, counted } from '../parts/spoken-time.ts'
import { useKeyAction } from '../shell/key-actions.tsx'
import { ShapeMark } from './shape-mark.tsx'

type Props = {
  readonly text: string
  readonly busy: boolean
  /** What was asked about last, once it is known. */
  readonly asked: Pick<Investigation, 'seen' | 'notAsked'> | undefined
  readonly onRun: (content: string) => void
}

/** Typing is not asked about at each stroke. */
const inspectAfterMs = 200
/** What one request may carry; a longer file is cut and that is said. */
const textMax = 1_000_000
const chipsShown = 40

export function PasteBox({ text, busy, asked, onRun }: Props) {
  const [draft, setDraft] = useState(text)
  const [cut, setCut] = useState(false)
  const box = useRef<HTMLTextAreaElement>(null)
  useEffect(() => setDraft(text), [text])
  useKeyAction('search', () => box.current?.focus())
  const settled = useSettled(draft, inspectAfterMs)
  const understood = useQuery(inspectQuery(settled))
  const found = draft.trim() === '' ? [] : (understood.data ?? [])
  const sure = settled === draft && !understood.isFetching && !understood.isPlaceholderData
  useEffect(() => {
    if (sure && understood.data) announce(`${counted(understood.data.length, 'observable')} understood`)
  }, [sure, understood.data])
  const take = (content: string) => {
    setCut(content.length > textMax)
    setDraft(content.slice(0, textMax))
  }
  const run = () => {
    if (draft.trim() !== '' && !busy) onRun(draft)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const plain = !event.shiftKey && !draft.includes('\n')
    if (event.key !== 'Enter' || !(plain || event.ctrlKey || event.metaKey)) return
    event.preventDefault()
    run()
  }
  const onDrop = (event: DragEvent) => {
    const file = event.dataTransfer.files[0]
    if (!file) return
    event.preventDefault()
    void file
      .slice(0, textMax * 4)
      .text()
      .then(take)
  }
  return (
    <form
      className="paste-box"
      onDragOver={(event) => event.preventDefault()}
      onDrop={onDrop}
      onSubmit={(event) => {
        event.preventDefault()
        run()
      }}
    >
      <div className="paste-row">
        <IconClipboardText size={18} aria-hidden />
        <textarea
          ref={box}
          className="mono"
          rows={1}
          aria-label="Anything you have found"
          placeholder="Paste anything: log lines, a report, defanged indicators; or drop a file"
          value={draft}
          onChange={(event) => take(event.currentTarget.value)}
          onKeyDown={onKeyDown}
          spellCheck={false}
          autoCapitalize="off"
        />
        <Button type="submit" loading={busy} disabled={draft.trim() === ''}>
          Investigate
        </Button>
      </div>
      {understood.error && draft.trim() !== '' && <ProblemNote error={understood.error} />}
      {draft.trim() !== '' && (
        <ul className="chips" aria-label="What was understood" aria-busy={!sure}>
          {found.slice(0, chipsShown).map(({ type, value }) => (
            <li key={`${type}:${value}`} className="chip">
              <ShapeMark type={type} />
              <span className="chip-type">{type.replaceAll('_', ' ')}</span>
              <Observable type={type} value={value} max={40} />
              {asked && <span className="chip-seen">{count(asked.seen[`${type}:${value}`] ?? 0)}</span>}
            </li>
          ))}
          {found.length > chipsShown && <li className="chip-note">and {count(found.length - chipsShown)} more</li>}
          {sure && found.length === 0 && !understood.error && (
            <li className="chip-note">
              Nothing here is an observable. Addresses, domains, URLs, hashes and mail addresses are.
            </li>
          )}
          {asked && found.length > 0 && <li className="chip-note">numbers: events with it</li>}
          {asked && asked.notAsked > 0 && (
            <li className="chip-note">the last {count(asked.notAsked)} were not asked about: investigate them apart</li>
          )}
          {cut && <li className="chip-note">cut to the first {count(textMax)} characters</li>}
        </ul>
      )}
    </form>
  )
}

function useSettled(text: string, afterMs: number): string {
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), afterMs)
    return () => clearTimeout(timer)
  }, [text, afterMs])
  return settled
}
