// When events held what was asked about; dragging goes to those events.
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import type { Investigation } from '../../wire/api/investigations.ts'
import { histogramQuery } from '../api/queries.ts'
import { anyOf } from '../events/query-text.ts'
import { Histogram } from '../parts/lazy-histogram.tsx'
import { pivotQuery } from './pivot.ts'

export function Timeline({ investigation }: { readonly investigation: Investigation }) {
  const navigate = useNavigate()
  const q = pivotQuery(investigation)
  const { data } = useQuery({ ...histogramQuery({ q }, investigation.createdAt), enabled: q !== anyOf([]) })
  if (q === '' || !data || data.buckets.length === 0) return null
  return (
    <div className="timeline">
      <Histogram
        data={data}
        name="Events with any of these"
        onRange={(from, to) =>
          void navigate({
            to: '/events',
            search: { q, since: new Date(from).toISOString(), until: new Date(to).toISOString() },
          })
        }
      />
    </div>
  )
}
