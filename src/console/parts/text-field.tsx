// A field with its label above and what it is for, or what is wrong, below it.
import { type InputHTMLAttributes, useId } from 'react'

type Props = InputHTMLAttributes<HTMLInputElement> & {
  readonly label: string
  readonly hint?: string
  readonly error?: string | undefined
}

export function TextField({ label, hint, error, ...input }: Props) {
  const id = useId()
  const below = error ?? hint
  return (
    <div className="text-field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="text"
        autoComplete="off"
        spellCheck={false}
        aria-invalid={error !== undefined}
        aria-describedby={below ? `${id}-below` : undefined}
        {...input}
      />
      {below && (
        <p id={`${id}-below`} className={error === undefined ? 'hint' : undefined}>
          {below}
        </p>
      )}
    </div>
  )
}
