// Fields of a form beside the one for text: a choice, many lines.
import { useId } from 'react'

type Common = {
  readonly label: string
  readonly hint?: string
  readonly value: string
  readonly onChange: (value: string) => void
}

export function SelectField({
  label,
  hint,
  value,
  options,
  onChange,
}: Common & { readonly options: readonly { readonly value: string; readonly label: string }[] }) {
  const id = useId()
  return (
    <div className="text-field">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        value={value}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onChange={(event) => onChange(event.currentTarget.value)}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
      {hint && (
        <p id={`${id}-hint`} className="hint">
          {hint}
        </p>
      )}
    </div>
  )
}

export function TextAreaField({
  label,
  hint,
  value,
  error,
  onChange,
}: Common & { readonly error: string | undefined }) {
  const id = useId()
  return (
    <div className="text-field">
      <label htmlFor={id}>{label}</label>
      <textarea
        id={id}
        rows={5}
        spellCheck={false}
        value={value}
        aria-invalid={error !== undefined}
        aria-describedby={`${id}-hint`}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      <p id={`${id}-hint`} className={error === undefined ? 'hint' : undefined}>
        {error ?? hint}
      </p>
    </div>
  )
}
