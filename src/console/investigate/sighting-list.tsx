// Groups of sightings as a short list, with one step to a line that proves them.
import type { SightingGroup } from '../../wire/api/investigations.ts'
import { visible } from '../parts/defang.ts'
import { DeviceName } from '../parts/device-name.tsx'
import { count, relative, utc } from '../parts/spoken-time.ts'

type Props = {
  readonly title: string
  readonly sightings: readonly SightingGroup[]
  readonly onEvent: (id: string | undefined) => void
}

const shownMax = 30

export function SightingList({ title, sightings, onEvent }: Props) {
  return (
    <section>
      <h2>{title}</h2>
      <ul className="details-list">
        {sightings
          .slice(0, shownMax)
          .map(({ device, sensor, type, signature, severity, count: events, lastSeen, examples }) => (
            <li key={JSON.stringify([device, sensor, type, signature?.id])}>
              <span className={`dot dot-${severity}`} aria-hidden />
              <div>
                <bdi>{visible(signature?.name ?? type)}</bdi>
                <p className="second-reading">
                  {severity} · {count(events)} on <DeviceName id={device} /> · last {relative(lastSeen, Date.now())},{' '}
                  {utc(lastSeen, 'minutes')}
                </p>
              </div>
              {examples[0] && (
                <button
                  type="button"
                  className="link-button"
                  title="A line of this group"
                  onClick={() => onEvent(examples[0])}
                >
                  line
                </button>
              )}
            </li>
          ))}
      </ul>
      {sightings.length > shownMax && (
        <p className="second-reading">and {count(sightings.length - shownMax)} more in the tab Sightings</p>
      )}
    </section>
  )
}
