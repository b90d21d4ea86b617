// The most frequent values of a facet among the events found. The vocabulary says how many events each term has in all:
// walked from the top, it can stop where no term left could still get in.
import type { OpenFile } from '../database-cache.ts'
import type { TopTerm } from './event-index.ts'
import { matchOf } from './index-match.ts'
import { countAll } from './index-scan.ts'
import type { Pace } from './pace.ts'
import type { Expression, Plan } from '../query/plan.ts'
import { isAnyTime } from '../query/plan.ts'

/** @param facet name of its terms */
export async function topTerms(
  files: readonly OpenFile[],
  plan: Plan,
  facet: string,
  limit: number,
  pace: Pace,
): Promise<readonly TopTerm[]> {
  const terms = await vocabulary(files, facet, pace)
  const ordered = [...terms].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
  if (plan.where.kind === 'all' && isAnyTime(plan.times))
    return ordered.slice(0, limit).map(([term, count]) => ({ term, count }))
  const best: TopTerm[] = []
  for (const [term, inAll] of ordered) {
    if (best.length >= limit && inAll <= (best.at(-1)?.count ?? 0)) break
    const where: Expression = { kind: 'and', parts: [plan.where, { kind: 'term', term }] }
    let count = 0
    for (const file of files) count += await countAll(file, matchOf(where, file), plan.times, pace)
    if (pace.due()) await pace.turn()
    if (count === 0) continue
    best.push({ term, count })
    best.sort((a, b) => b.count - a.count)
    if (best.length > limit) best.pop()
  }
  return best
}

async function vocabulary(files: readonly OpenFile[], facet: string, pace: Pace): Promise<Map<string, number>> {
  const terms = new Map<string, number>()
  for (const file of files)
    for (const mark of [':', '~']) {
      const low = facet + mark
      const high = facet + String.fromCharCode(mark.charCodeAt(0) + 1)
      const rows = file.db.prepare('select term, doc from vocabulary where term >= ? and term < ?').iterate(low, high)
      for (const row of rows) {
        const term = String(row['term'])
        terms.set(term, (terms.get(term) ?? 0) + Number(row['doc']))
        if (pace.due()) await pace.turn()
      }
    }
  return terms
}
