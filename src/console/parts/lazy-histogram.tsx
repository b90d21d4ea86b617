// The histogram without the weight of its canvas in the first screen; its place is kept meanwhile.
import { type ComponentProps, Suspense } from 'react'
import type { Histogram as Drawn } from './histogram.tsx'
import { lazyPart } from './lazy-part.tsx'

const Loaded = lazyPart(async () => (await import('./histogram.tsx')).Histogram)

export function Histogram(props: ComponentProps<typeof Drawn>) {
  return (
    <Suspense fallback={<div className="histogram histogram-place" />}>
      <Loaded {...props} />
    </Suspense>
  )
}
