// What shapes and colours mean, in words; only what is in the picture.
import { severities } from '../parts/severity.ts'
import { SeverityBadge } from '../parts/severity-badge.tsx'
import { type DrawnNode, typeWord } from './drawn-graph.ts'
import { nodeShape } from './node-shapes.ts'
import { ShapeMark } from './shape-mark.tsx'

export function GraphLegend({ nodes }: { readonly nodes: readonly DrawnNode[] }) {
  const words = new Map<string, Set<string>>()
  for (const { type } of nodes)
    words.set(nodeShape(type), (words.get(nodeShape(type)) ?? new Set()).add(typeWord(type)))
  return (
    <div className="graph-legend" role="group" aria-label="Legend">
      <div>
        {severities
          .filter((severity) => nodes.some((node) => node.severity === severity))
          .map((severity) => (
            <SeverityBadge key={severity} severity={severity} />
          ))}
      </div>
      <div>
        {[...words].map(([shape, types]) => (
          <span key={shape} className="legend-type">
            <ShapeMark type={[...types][0]?.replaceAll(' ', '_') ?? ''} />
            {[...types].join(', ')}
          </span>
        ))}
      </div>
      <div>
        <span className="legend-type">
          <i className="ring ring-seed" aria-hidden /> asked about
        </span>
        <span className="legend-type">
          <i className="ring ring-pinned" aria-hidden /> pinned
        </span>
      </div>
    </div>
  )
}
