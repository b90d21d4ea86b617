// A page of records: its name, how many there are, ask again, add one; the list or why there is none; at its right the
// one that is open.
import './record-page.css'
import { Button } from '@mantine/core'
import { IconPlus, IconRefresh } from '@tabler/icons-react'
import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useKeyAction } from '../shell/key-actions.tsx'
import { Busy } from './busy.tsx'
import { IconButton } from './icon-button.tsx'
import { ProblemNote } from './problem-note.tsx'
import { useTitle } from './use-title.ts'

type Props = {
  readonly name: string
  readonly query: Pick<UseQueryResult, 'data' | 'error' | 'isPending' | 'isFetching' | 'refetch'>
  readonly summary: string
  readonly filter?: ReactNode
  readonly add: { readonly name: string; readonly act: () => void }
  readonly empty: boolean
  /** What teaches the first step, where there is no record. */
  readonly first: { readonly title: string; readonly text: string; readonly command: string }
  readonly list: ReactNode
  /** The pane and the dialogue. */
  readonly children: ReactNode
}

export function RecordPage({ name, query, summary, filter, add, empty, first, list, children }: Props) {
  const ask = () => void query.refetch()
  useTitle(name)
  useKeyAction('refresh', ask)
  useKeyAction('add', add.act)
  const addButton = (
    <Button size="sm" leftSection={<IconPlus size={16} />} onClick={add.act}>
      {add.name}
    </Button>
  )
  return (
    <div className="record-page">
      <div className="page-bar">
        <h1>{name}</h1>
        {query.data !== undefined && <span className="second-reading">{summary}</span>}
        {filter}
        <IconButton
          name="Ask again"
          shortcut="r"
          icon={IconRefresh}
          size={34}
          bordered
          busy={query.isFetching}
          onClick={ask}
        />
        {addButton}
      </div>
      <div className="record-list">
        {query.error ? (
          <div className="panel-pad">
            <ProblemNote error={query.error} retry={ask} />
          </div>
        ) : query.isPending ? (
          <Busy>Asking the exchange</Busy>
        ) : empty ? (
          <div className="empty">
            <h2>{first.title}</h2>
            <p>{first.text}</p>
            <div className="dialog-buttons centred">{addButton}</div>
            <p>The same from a shell:</p>
            <pre className="command">{first.command}</pre>
          </div>
        ) : (
          list
        )}
      </div>
      {children}
    </div>
  )
}
