// The query box with the language beside it (docs/query.md).
import { IconHelp, IconSearch, IconX } from '@tabler/icons-react'
import { useEffect, useRef, useState } from 'react'
import { IconButton } from '../parts/icon-button.tsx'
import { Pop } from '../parts/pop.tsx'
import { useKeyAction } from '../shell/key-actions.tsx'

const examples = [
  ['type:alert', 'the sensor’s own word for the kind of event'],
  ['ip:10.0.0.0/8', 'an address, or any of a network'],
  ['domain:x.example', 'a domain and everything under it'],
  ['severity:high', 'high, medium, low or unknown'],
  ['-sid:1', 'without'],
  ['(a OR b)', 'one of them; side by side means both'],
  ['host*', 'begins with'],
  ['is:quarantined', 'lines that no parser understood'],
  ['is:lost', 'declared losses alone'],
  ['since:1h', 'event time; also 7d, or 2026-11-24T03:00Z'],
] as const

export function QueryBar({ q, onQuery }: { readonly q: string; readonly onQuery: (q: string) => void }) {
  const [draft, setDraft] = useState(q)
  const box = useRef<HTMLInputElement>(null)
  useEffect(() => setDraft(q), [q])
  useKeyAction('search', () => box.current?.focus())
  const submit = (text: string) => {
    setDraft(text)
    onQuery(text.trim())
  }
  return (
    <form
      className="query-bar"
      role="search"
      onSubmit={(event) => {
        event.preventDefault()
        submit(draft)
      }}
    >
      <IconSearch size={16} aria-hidden />
      <input
        ref={box}
        type="text"
        className="mono"
        aria-label="Query"
        placeholder="type:alert ip:10.0.0.0/8 -sid:1 … or any value; Enter asks"
        value={draft}
        onChange={(event) => setDraft(event.currentTarget.value)}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
      />
      {draft && <IconButton name="Clear the query" icon={IconX} size={28} onClick={() => submit('')} />}
      <Pop
        className="icon-button help-button"
        name="The query language"
        buttonName="Help of the query language"
        side="end"
        face={<IconHelp size={17} />}
      >
        {(close) => (
          <QueryHelp
            onExample={(example) => {
              close()
              submit(`${draft.trim()} ${example}`.trim())
            }}
          />
        )}
      </Pop>
    </form>
  )
}

function QueryHelp({ onExample }: { readonly onExample: (example: string) => void }) {
  return (
    <div className="query-help">
      <dl>
        {examples.map(([example, says]) => (
          <div key={example}>
            <dt>
              <button type="button" className="mono" onClick={() => onExample(example)} title="Add to the query">
                {example}
              </button>
            </dt>
            <dd>{says}</dd>
          </div>
        ))}
      </dl>
      <p>
        A word without a field is looked for in every value. The whole language: docs/query.md. From a shell:{' '}
        <code>sallyport events search QUERY</code>
      </p>
    </div>
  )
}
