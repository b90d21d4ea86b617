// The twin of the graph: every node, also those grouped or left out of the picture, with the same selection.
import { createColumnHelper } from '@tanstack/react-table'
import { useMemo } from 'react'
import type { GraphNode, Investigation } from '../../wire/api/investigations.ts'
import { visible } from '../parts/defang.ts'
import { Observable } from '../parts/observable.tsx'
import { severityRank } from '../parts/severity.ts'
import { SeverityBadge } from '../parts/severity-badge.tsx'
import { count } from '../parts/spoken-time.ts'
import { nodeType, typeWord } from './drawn-graph.ts'
import { nodeValue } from './pivot.ts'
import { clicked, inverted, ofType, type Selection, withNeighbours } from './selection.ts'
import { ShapeMark } from './shape-mark.tsx'
import { SortedTable, type sortedFeatures } from './sorted-table.tsx'

type Props = {
  readonly graph: Investigation['graph']
  readonly selection: Selection
  readonly onSelection: (selection: Selection) => void
}

type Row = {
  readonly node: GraphNode
  readonly relations: number
  readonly selected: boolean
  readonly toggle: () => void
}

const column = createColumnHelper<typeof sortedFeatures, Row>()
const columns = column.columns([
  column.display({
    id: 'select',
    header: () => <span className="visually-hidden">Selected</span>,
    cell: ({ row: { original } }) => (
      <input
        type="checkbox"
        checked={original.selected}
        onChange={original.toggle}
        aria-label={`Select ${visible(original.node.label)}`}
      />
    ),
  }),
  column.accessor(({ node }) => nodeType(node), {
    id: 'kind',
    header: 'Type',
    sortFn: 'alphanumeric',
    cell: ({
      row: {
        original: { node },
      },
    }) => (
      <span className="with-mark">
        <ShapeMark type={nodeType(node)} severity={node.severity} /> {typeWord(nodeType(node))}
      </span>
    ),
  }),
  column.accessor(({ node }) => node.label, {
    id: 'value',
    header: 'Value',
    sortFn: 'alphanumeric',
    cell: ({
      row: {
        original: { node },
      },
    }) =>
      node.kind === 'observable' ? (
        <Observable type={node.type} value={nodeValue(node)} max={64} />
      ) : (
        <bdi>{visible(node.label)}</bdi>
      ),
  }),
  column.accessor(({ node }) => -severityRank(node.severity), {
    id: 'severity',
    header: 'Severity',
    sortFn: 'basic',
    cell: ({ row }) => <SeverityBadge severity={row.original.node.severity} />,
  }),
  column.accessor(({ node }) => node.count, {
    id: 'count',
    header: 'Events',
    sortFn: 'basic',
    cell: ({ row }) => count(row.original.node.count),
  }),
  column.accessor('relations', {
    header: 'Relations',
    sortFn: 'basic',
    cell: ({ row }) => count(row.original.relations),
  }),
  column.accessor(({ node }) => Number(node.seed), {
    id: 'seed',
    header: 'Asked about',
    sortFn: 'basic',
    cell: ({ row }) => (row.original.node.seed ? 'yes' : ''),
  }),
])

export function NodeTable({ graph, selection, onSelection }: Props) {
  const rows = useMemo(() => {
    const relations = new Map<string, number>()
    for (const { source, target } of graph.edges)
      for (const id of [source, target]) relations.set(id, (relations.get(id) ?? 0) + 1)
    return graph.nodes.map((node) => ({
      node,
      relations: relations.get(node.id) ?? 0,
      selected: selection.has(node.id),
      toggle: () => onSelection(clicked(selection, [node.id], true)),
    }))
  }, [graph, selection, onSelection])
  const types = [...new Set(graph.nodes.map(nodeType))]
  return (
    <div className="with-bar">
      <div className="table-bar" role="toolbar" aria-label="Selection">
        <span>{selection.size} selected</span>
        <button
          type="button"
          onClick={() => onSelection(withNeighbours(selection, graph.edges))}
          disabled={selection.size === 0}
        >
          add neighbours
        </button>
        <button type="button" onClick={() => onSelection(inverted(selection, graph.nodes))}>
          invert
        </button>
        <button type="button" onClick={() => onSelection(new Set())} disabled={selection.size === 0}>
          none
        </button>
        <span>all of:</span>
        {types.map((type) => (
          <button type="button" key={type} onClick={() => onSelection(ofType(graph.nodes, type))}>
            {typeWord(type)}
          </button>
        ))}
      </div>
      <SortedTable
        name="Nodes of the graph"
        columns={columns}
        rows={rows}
        idOf={({ node }) => node.id}
        isSelected={({ selected }) => selected}
        sortedBy="count"
      />
    </div>
  )
}
