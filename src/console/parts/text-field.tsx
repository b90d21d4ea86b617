// A field with its label above and what is wrong below it.
import { type InputHTMLAttributes, useId } from 'react'

type Props = InputHTMLAttributes<HTMLInputElement> & { readonly label: string; readonly error?: string | undefined }

export function TextField({ label, error, ...input }: Props) {
  const id = useId()
  return (
    <div className="text-field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="text"
        autoComplete="off"
        spellCheck={false}
        aria-invalid={error !== undefined}
        aria-describedby={error === undefined ? undefined : `${id}-error`}
        {...input}
      />
      {error !== undefined && <p id={`${id}-error`}>{error}</p>}
    </div>
  )
}
