// No event holds what was asked about: what was searched, and how more becomes known.
import type { Investigation } from '../../wire/api/investigations.ts'
import { CoverageNote } from '../parts/coverage-note.tsx'
import { counted } from '../parts/spoken-time.ts'

export function NothingFound({ investigation }: { readonly investigation: Investigation }) {
  const { observables, networks, coverage } = investigation
  if (observables.length + networks.length === 0)
    return (
      <div className="empty">
        <h2>Nothing to ask about was found in this text</h2>
        <p>Addresses, domains, URLs, hashes, mail addresses and file names are understood, defanged or not.</p>
        <p>See what is understood from a shell:</p>
        <pre className="command">sallyport inspect &lt; report.txt</pre>
      </div>
    )
  return (
    <div className="empty">
      <h2>
        No event holds {observables.length === 1 ? 'it' : `any of these ${counted(observables.length, 'observable')}`}
      </h2>
      <p>
        <CoverageNote coverage={coverage} />
      </p>
      <p>More becomes known with one more device:</p>
      <pre className="command">sallyport token create</pre>
      <p>or with a file of a sensor:</p>
      <pre className="command">sallyport open /var/log/suricata/eve.json</pre>
    </div>
  )
}
