// The histogram without the weight of its canvas in the first screen; its place is kept meanwhile.
import { type ComponentProps, lazy, Suspense } from 'react'
import type { Histogram as Drawn } from './histogram.tsx'

const Loaded = lazy(() => import('./histogram.tsx').then(({ Histogram: component }) => ({ default: component })))

export function Histogram(props: ComponentProps<typeof Drawn>) {
  return (
    <Suspense fallback={<div className="histogram histogram-place" />}>
      <Loaded {...props} />
    </Suspense>
  )
}
