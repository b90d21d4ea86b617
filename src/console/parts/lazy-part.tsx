// A part of a page that is loaded when it is first shown. Where the exchange does not give it, its place says so: left to
// itself, React would take the whole page away.
import { type ComponentType, type ExoticComponent, lazy } from 'react'

export function lazyPart<P>(load: () => Promise<ComponentType<P>>): ExoticComponent<P> {
  return lazy(async () => ({ default: await load().catch(() => Missing) }))
}

function Missing() {
  return (
    <p className="centre" role="status">
      This part of the page could not be loaded. Load the page again when the exchange answers.
    </p>
  )
}
