// The state of the Investigate page as it stands in its address: `…/investigate?q=<any text>` is the deep link, `id`
// the investigation it became (console-and-cli rule 14).

export const investigateViews = ['graph', 'table', 'sightings', 'events'] as const
export type InvestigateView = (typeof investigateViews)[number]

export type InvestigateSearch = {
  readonly q?: string
  readonly id?: string
  readonly view?: InvestigateView
  /** Ids of the selected nodes. */
  readonly sel?: readonly string[]
  /** The event whose raw line is shown. */
  readonly event?: string
}

/** Longer text does not go into an address: browsers and proxies cut it. */
export const linkTextMax = 2_000

/** @returns what is known of it, without what is empty. */
export function readInvestigateSearch(search: Readonly<Record<string, unknown>>): InvestigateSearch {
  const text = (name: string) => (typeof search[name] === 'string' && search[name] !== '' ? search[name] : undefined)
  const q = text('q')
  const id = text('id')
  const event = text('event')
  const view = investigateViews.find((one) => one === search['view'] && one !== 'graph')
  const sel = [search['sel']].flat().filter((one): one is string => typeof one === 'string' && one !== '')
  return {
    ...(q && { q }),
    ...(id && { id }),
    ...(view && { view }),
    ...(sel.length > 0 && { sel }),
    ...(event && { event }),
  }
}
