// The shape of a type as a small mark beside its word.
import { nodeShape, shapeOutline } from './node-shapes.ts'

export function ShapeMark({ type, severity }: { readonly type: string; readonly severity?: string }) {
  const outline = shapeOutline[nodeShape(type)]
  return (
    <svg viewBox="0 0 16 16" width="12" height="12" className={severity ? `shape-${severity}` : 'shape'} aria-hidden>
      {outline === '' ? <circle cx="8" cy="8" r="7" /> : <polygon points={outline} />}
    </svg>
  )
}
