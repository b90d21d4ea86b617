// One thing that is on or off.

type Props = { readonly label: string; readonly on: boolean; readonly onChange: (on: boolean) => void }

export function SwitchBox({ label, on, onChange }: Props) {
  return (
    <label className="switch">
      <input type="checkbox" role="switch" checked={on} onChange={(event) => onChange(event.currentTarget.checked)} />
      {label}
    </label>
  )
}
