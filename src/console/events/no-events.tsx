// An empty list teaches the next step: where a question found nothing, and where nothing has arrived yet.
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { statusQuery } from '../api/queries.ts'
import { counted } from '../parts/spoken-time.ts'

export function NoEvents({ asked }: { readonly asked: boolean }) {
  const { data } = useQuery(statusQuery)
  const stored = data?.journal.events ?? 0
  if (asked && stored > 0)
    return (
      <div className="empty">
        <h2>No event matches</h2>
        <p>
          {counted(stored, 'event')} are stored. Widen the time range, take a term away, or{' '}
          <Link to="/events">see everything</Link>.
        </p>
        <pre className="command">sallyport events search QUERY --since 7d</pre>
      </div>
    )
  return (
    <div className="empty">
      <h2>No event has arrived yet</h2>
      {data?.devices.known === 0 ? (
        <>
          <p>
            No device is enrolled.{' '}
            <Link to="/devices" search={{ enrol: '1' }}>
              Connect a device
            </Link>{' '}
            with one pasted string, or make it in a shell:
          </p>
          <pre className="command">{'sallyport token create\nsallyport device enrol'}</pre>
        </>
      ) : (
        <p>
          {data ? `${data.devices.connected} of ${counted(data.devices.known, 'device')} connected: ` : ''}
          <Link to="/devices">see what they say</Link>.
        </p>
      )}
      <p>Or look at a file of a sensor right away:</p>
      <pre className="command">sallyport open /var/log/suricata/eve.json</pre>
    </div>
  )
}
