// What the modules think of the observables: the verdict first, why it is one, who says so and what stands against it
// (threat-response-contract 4.8; console-and-cli 13).
import './answers.css'
import { IconExternalLink } from '@tabler/icons-react'
import type { Disposition, JudgementRecord, ReferLink, Verdict } from '../../wire/api/investigations.ts'
import { visible } from '../parts/defang.ts'
import { Observable } from '../parts/observable.tsx'
import { counted } from '../parts/spoken-time.ts'

const names: Readonly<Record<Disposition, string>> = {
  1: 'Clean',
  2: 'Malicious',
  3: 'Suspicious',
  4: 'Common',
  5: 'Unknown',
}

/** More than these are read in the table of nodes. */
const shownMax = 12

export function Verdicts({ verdicts }: { readonly verdicts: readonly Verdict[] }) {
  if (verdicts.length === 0) return null
  return (
    <section aria-label="Verdicts">
      <h2>Verdicts</h2>
      <ul className="verdicts">
        {verdicts.slice(0, shownMax).map((verdict) => (
          <OneVerdict key={`${verdict.observable.type}:${verdict.observable.value}`} verdict={verdict} />
        ))}
      </ul>
      {verdicts.length > shownMax && (
        <p className="second-reading">and {counted(verdicts.length - shownMax, 'more')}</p>
      )}
    </section>
  )
}

function OneVerdict({ verdict }: { readonly verdict: Verdict }) {
  const { observable, disposition, judgement, why, others } = verdict
  return (
    <li data-disposition={disposition}>
      <p>
        <b className="disposition">{names[disposition]}</b>{' '}
        <Observable type={observable.type} value={observable.value} max={34} />
      </p>
      <Judgement judgement={judgement} />
      <p className="second-reading">{visible(why)}</p>
      {others.length > 0 && (
        <details>
          <summary>{counted(others.length, 'further judgement')}</summary>
          <ul>
            {others.map((other) => (
              <li key={other.id}>
                <b>{names[other.disposition]}</b> <Judgement judgement={other} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </li>
  )
}

function Judgement({ judgement }: { readonly judgement: JudgementRecord }) {
  const { reason, moduleName, source, severity, confidence, doubt } = judgement
  return (
    <p>
      {visible(reason) || 'no reason given'}{' '}
      <span className="second-reading">
        — {visible(source)} by {visible(moduleName)}, severity {visible(severity)}, confidence {visible(confidence)}
        {doubt !== null && `; ${visible(doubt)}`}
      </span>
    </p>
  )
}

/** Links into the products of the modules, for whoever goes on there. */
export function ReferLinks({ links }: { readonly links: readonly ReferLink[] }) {
  const safe = links.filter(({ url }) => /^https?:\/\//.test(url))
  if (safe.length === 0) return null
  return (
    <section aria-label="Elsewhere">
      <h2>Elsewhere</h2>
      <ul className="refer-links">
        {safe.map(({ module, url, title, moduleName }) => (
          <li key={`${module} ${url}`}>
            <a href={url} target="_blank" rel="noreferrer noopener">
              {visible(title)} <IconExternalLink size={13} aria-hidden />
            </a>{' '}
            <span className="second-reading">{visible(moduleName)}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}
