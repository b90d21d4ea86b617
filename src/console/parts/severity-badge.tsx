// Colour and word together: colour alone says nothing (console-and-cli rule 23).
import type { Severity } from '../../core/event.ts'

export function SeverityBadge({ severity, count }: { readonly severity: Severity; readonly count?: number }) {
  return (
    <span className={`severity severity-${severity}`}>
      <span className={`dot dot-${severity}`} aria-hidden />
      {count !== undefined && `${count} `}
      {severity}
    </span>
  )
}
