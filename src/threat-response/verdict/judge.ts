// The verdict rule (threat-response-contract 4.8): among what is valid now the highest priority, then the lowest
// disposition number, then the newest start, then the greatest id; with the reason in words.
import { dispositionNames, type JudgementRecord, type Verdict } from '../../wire/api/investigations.ts'
import type { Judged } from './read-judgements.ts'

const othersMax = 50

/** @returns one verdict for each observable that a valid judgement names, in order of first appearance */
export function judge(judged: readonly Judged[], now: number): readonly Verdict[] {
  const byObservable = new Map<string, Judged[]>()
  for (const one of judged) {
    if (!isValid(one.record, now)) continue
    const key = `${one.observable.type}:${one.observable.value}`
    byObservable.set(key, [...(byObservable.get(key) ?? []), one])
  }
  return [...byObservable.values()].flatMap((all) => {
    const [first, ...others] = distinct(all.map(({ record }) => record)).sort(strongestFirst)
    const observable = all[0]?.observable
    if (first === undefined || observable === undefined) return []
    const { disposition } = first
    return [{ observable, disposition, judgement: first, why: why(first, others), others: others.slice(0, othersMax) }]
  })
}

/** Start is part of the time, end is not: where both are the same it is never valid (traps 24). */
function isValid({ from, until }: JudgementRecord, now: number): boolean {
  return (from ?? Number.NEGATIVE_INFINITY) <= now && now < (until ?? Number.POSITIVE_INFINITY)
}

/** The same verdict comes from `deliberate` and from `observe`. */
function distinct(records: readonly JudgementRecord[]): JudgementRecord[] {
  return [...new Map(records.map((record) => [JSON.stringify(record), record])).values()]
}

export function strongestFirst(a: JudgementRecord, b: JudgementRecord): number {
  return (
    b.priority - a.priority ||
    a.disposition - b.disposition ||
    (b.from ?? 0) - (a.from ?? 0) ||
    (a.id < b.id ? 1 : a.id > b.id ? -1 : 0)
  )
}

/** Measured against the strongest that says otherwise, for that is what people ask about. */
function why(first: JudgementRecord, others: readonly JudgementRecord[]): string {
  if (others.length === 0) return `Only ${first.moduleName} judges it.`
  const other = others.find(({ disposition }) => disposition !== first.disposition)
  const name = dispositionNames[first.disposition]
  if (other === undefined) return `All ${others.length + 1} judgements say ${name}.`
  const against = `${dispositionNames[other.disposition]} by ${other.moduleName}`
  if (first.priority !== other.priority)
    return `${first.moduleName} has priority ${first.priority}, above ${other.priority} of ${against}.`
  return `At equal priority ${first.priority} ${name} stands before ${against}.`
}
