// Adds a module: the form is made from the `configuration_spec` of its type; its first test follows at once.
import { Button } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { ConfigurationField, ModuleTypeRecord } from '../../wire/api/modules.ts'
import { addModule, moduleTypesQuery } from '../api/queries.ts'
import { announce } from '../parts/announcer.tsx'
import { Busy } from '../parts/busy.tsx'
import { visible } from '../parts/defang.ts'
import { Dialog } from '../parts/dialog.tsx'
import { ProblemNote } from '../parts/problem-note.tsx'
import { SwitchBox } from '../parts/switch-box.tsx'
import { TextField } from '../parts/text-field.tsx'
import { SelectField, TextAreaField } from './form-fields.tsx'
import { emptyForm, type Filled, type Further, mistakes, settingsOf } from './settings-form.ts'

type Props = { readonly opened: boolean; readonly onClose: () => void; readonly onAdded: (id: string) => void }

export function AddDialog({ opened, onClose, onAdded }: Props) {
  return (
    <Dialog opened={opened} onClose={onClose} name="Add a module">
      <ChooseType onAdded={onAdded} />
    </Dialog>
  )
}

function ChooseType({ onAdded }: { readonly onAdded: (id: string) => void }) {
  const { data, error } = useQuery(moduleTypesQuery)
  const types = data?.types.filter(({ addable }) => addable) ?? []
  const [chosen, setChosen] = useState('')
  const type = types.find(({ id }) => id === chosen) ?? types[0]
  if (error) return <ProblemNote error={error} />
  if (!type) return <Busy />
  return (
    <>
      {types.length > 1 && (
        <SelectField
          label="Kind"
          value={type.id}
          options={types.map(({ id, title }) => ({ value: id, label: title }))}
          onChange={setChosen}
        />
      )}
      <p className="second-reading module-about">{visible(type.description)}</p>
      <Form key={type.id} type={type} onAdded={onAdded} />
    </>
  )
}

function Form({ type, onAdded }: { readonly type: ModuleTypeRecord; readonly onAdded: (id: string) => void }) {
  const spec = type.configuration_spec
  const [name, setName] = useState('')
  const [filled, setFilled] = useState<Filled>(() => emptyForm(spec))
  const [further, setFurther] = useState<readonly Further[]>([])
  const [tried, setTried] = useState(false)
  const wrong = mistakes(spec, filled)
  const nameWrong = name.trim() === '' ? 'A name is needed' : undefined
  const adding = useMutation({
    mutationFn: addModule,
    onSuccess: ({ id }) => {
      announce('The module is added')
      onAdded(id)
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setTried(true)
    if (nameWrong !== undefined || Object.keys(wrong).length > 0) return
    adding.mutate({ type: type.id, name: name.trim(), settings: settingsOf(spec, filled, further) })
  }
  return (
    <form onSubmit={submit} className="module-form" noValidate>
      <TextField
        label="Name"
        autoFocus
        maxLength={100}
        value={name}
        error={tried ? nameWrong : undefined}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      {spec.map((field) => (
        <Field
          key={field.key}
          field={field}
          value={filled[field.key] ?? ''}
          error={tried ? wrong[field.key] : undefined}
          onChange={(value) => setFilled({ ...filled, [field.key]: value })}
        />
      ))}
      {type.furtherSettings !== '' && (
        <FurtherSettings prefix={type.furtherSettings} further={further} onChange={setFurther} />
      )}
      {adding.error && <ProblemNote error={adding.error} />}
      <div className="dialog-buttons">
        <Button type="submit" size="sm" loading={adding.isPending}>
          Add it
        </Button>
      </div>
    </form>
  )
}

type FieldProps = {
  readonly field: ConfigurationField
  readonly value: string
  readonly error: string | undefined
  readonly onChange: (value: string) => void
}

function Field({ field, value, error, onChange }: FieldProps) {
  const { type, label, tooltip, required, subtype, options = [] } = field
  const shown = visible(required ? label : `${label} (optional)`)
  const hint = visible(tooltip)
  if (type === 'boolean')
    return <SwitchBox label={shown} on={value === 'true'} onChange={(on) => onChange(String(on))} />
  if (type === 'options')
    return <SelectField label={shown} hint={hint} value={value} options={options} onChange={onChange} />
  if (subtype === 'textarea')
    return <TextAreaField label={shown} hint={hint} error={error} value={value} onChange={onChange} />
  return (
    <TextField
      label={shown}
      hint={hint}
      error={error}
      type={type === 'password' ? 'password' : 'text'}
      inputMode={type === 'integer' ? 'numeric' : undefined}
      autoComplete={type === 'password' ? 'new-password' : 'off'}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  )
}

type FurtherProps = {
  readonly prefix: string
  readonly further: readonly Further[]
  readonly onChange: (further: readonly Further[]) => void
}

/** Settings that the type does not list: each relay has its own. */
function FurtherSettings({ prefix, further, onChange }: FurtherProps) {
  const change = (index: number, part: Partial<Further>) =>
    onChange(further.map((each, place) => (place === index ? { ...each, ...part } : each)))
  return (
    <fieldset className="further">
      <legend>Further settings of this module</legend>
      {further.map(({ key, value }, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- a row has no other identity, and only the last can go
        <div key={index}>
          <TextField
            label={`Setting ${index + 1}`}
            placeholder={`${prefix}NAME`}
            value={key}
            onChange={(event) => change(index, { key: event.currentTarget.value })}
          />
          <TextField
            label={`Value ${index + 1}`}
            type="password"
            autoComplete="new-password"
            value={value}
            onChange={(event) => change(index, { value: event.currentTarget.value })}
          />
        </div>
      ))}
      <button type="button" className="link-button" onClick={() => onChange([...further, { key: prefix, value: '' }])}>
        Add a setting {prefix}…
      </button>
    </fieldset>
  )
}
