// From the graph to raw events in one step: the query that finds what a node stands for (console-and-cli rule 9).
import { isObservableType } from '../../core/observable.ts'
import type { GraphNode, Investigation } from '../../wire/api/investigations.ts'
import { anyOf, term } from '../events/query-text.ts'

/** More values do not go into an address; the first are asked for and the page says what it asks. */
const valuesMax = 40

/** @returns the query for events that hold any of what the investigation asked about. */
export function pivotQuery({ observables, networks }: Pick<Investigation, 'observables' | 'networks'>): string {
  const whole = networks.map((value) => ({ type: value.includes(':') ? 'ipv6' : 'ip', value }))
  const single = observables.filter(({ value }) => !networks.some((network) => network.startsWith(`${value}/`)))
  return anyOf([...whole, ...single].slice(0, valuesMax))
}

/** @returns the query for events that hold any of these nodes; '' where no event could. */
export function nodesQuery(nodes: readonly GraphNode[]): string {
  const terms = nodes.slice(0, valuesMax).flatMap((node) => nodeTerm(node) ?? [])
  return terms.length > 1 ? `(${terms.join(' OR ')})` : (terms[0] ?? '')
}

/** @returns the value of an observable node: its id without the type, exact where the label may be cut. */
export function nodeValue({ id, type, kind, label }: GraphNode): string {
  return kind === 'observable' && id.startsWith(`${type}:`) ? id.slice(type.length + 1) : label
}

/** @returns undefined for what only modules know */
function nodeTerm(node: GraphNode): string | undefined {
  switch (node.kind) {
    case 'observable':
      // A network stands under the field of its addresses.
      if (node.type === 'network') return term('ip', nodeValue(node))
      return isObservableType(node.type) ? term(node.type, nodeValue(node)) : undefined
    case 'device':
      return term('device', node.id.replace(/^device:/, ''))
    case 'signature':
      return term('sid', node.id.replace(/^signature:[^:]*:/, ''))
    case 'entity':
    case 'target':
      return undefined
    default:
      return node.kind satisfies never
  }
}
