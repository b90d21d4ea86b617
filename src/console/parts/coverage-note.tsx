// What an answer covers and what is known to be absent from it, beside every count (delivery L4).
import { IconAlertTriangle } from '@tabler/icons-react'
import type { Coverage, Gap } from '../../wire/api/events.ts'
import { count, counted, utc } from './spoken-time.ts'
import { visible } from './defang.ts'
import { DeviceName } from './device-name.tsx'
import { Pop } from './pop.tsx'

export function CoverageNote({ coverage }: { readonly coverage: Coverage }) {
  const { from, to, unindexedBlocks, gaps } = coverage
  const precision = from !== null && to !== null && to - from < 600_000 ? 'seconds' : 'minutes'
  return (
    <span className="coverage">
      {from === null || to === null ? (
        <span>nothing stored in this range</span>
      ) : (
        <span title="Arrival of the first and the last block searched">
          arrivals {utc(from, precision)} – {utc(to, precision)}
        </span>
      )}
      {unindexedBlocks > 0 && <span>{counted(unindexedBlocks, 'block')} not yet searchable</span>}
      {gaps.length > 0 && <Gaps gaps={gaps} />}
    </span>
  )
}

function Gaps({ gaps }: { readonly gaps: readonly Gap[] }) {
  const known = gaps.reduce((sum, gap) => sum + (gap.count ?? 0), 0)
  const unknown = gaps.some((gap) => gap.count === null)
  return (
    <Pop
      className="gaps-button"
      name="Gaps"
      face={
        <>
          <IconAlertTriangle size={14} aria-hidden />
          {counted(gaps.length, 'gap')}: {unknown ? 'at least ' : ''}
          {counted(known, 'event')} missing
        </>
      }
    >
      {() => (
        <>
          <p>These events are known to be absent from the answer:</p>
          <ul className="gaps">
            {gaps.map((gap) => (
              <li key={JSON.stringify([gap.device, gap.source, gap.cause, gap.from])}>
                <b>{gap.count === null ? 'unknown number' : count(gap.count)}</b> of <DeviceName id={gap.device} />/
                {visible(gap.source)}, <code>{gap.cause}</code>
                <br />
                {utc(gap.from, 'seconds')} – {utc(gap.to, 'seconds')}
              </li>
            ))}
          </ul>
          <p>
            The whole account: <code>sallyport ledger</code>
          </p>
        </>
      )}
    </Pop>
  )
}
