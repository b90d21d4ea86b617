// An address that is none of ours.
import { Link } from '@tanstack/react-router'

export function NotFound() {
  return (
    <main className="centre">
      <div className="empty">
        <h1>There is no such screen</h1>
        <p>
          Go to <Link to="/investigate">Investigate</Link> or <Link to="/events">Events</Link>.
        </p>
      </div>
    </main>
  )
}
