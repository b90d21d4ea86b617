// The right pane: what is known of what is selected, and the steps that go on from it.
import { Button } from '@mantine/core'
import { IconActivity, IconTopologyStar3 } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import type { GraphNode, Investigation } from '../../wire/api/investigations.ts'
import { ModuleRuns } from '../answers/module-runs.tsx'
import { ReferLinks, Verdicts } from '../answers/verdicts.tsx'
import { EventPane } from '../events/event-pane.tsx'
import { CopyButton } from '../parts/copy-button.tsx'
import { defang, visible } from '../parts/defang.ts'
import { severityRank } from '../parts/severity.ts'
import { SeverityBadge } from '../parts/severity-badge.tsx'
import { count, counted } from '../parts/spoken-time.ts'
import { nodeType, typeWord } from './drawn-graph.ts'
import { nodesQuery, nodeValue } from './pivot.ts'
import type { Selection } from './selection.ts'
import { ShapeMark } from './shape-mark.tsx'
import { SightingList } from './sighting-list.tsx'

type Props = {
  readonly investigation: Investigation
  readonly selection: Selection
  readonly event: string | undefined
  readonly onSelection: (selection: Selection) => void
  readonly onEvent: (id: string | undefined) => void
}

export function Details(props: Props) {
  const { investigation, selection, event, onEvent } = props
  if (event)
    return (
      <EventPane
        id={event}
        known={investigation.events.find(({ id }) => id === event)}
        onClose={() => onEvent(undefined)}
      />
    )
  const chosen = investigation.graph.nodes.filter(({ id }) => selection.has(id))
  const [only] = chosen
  return (
    <aside className="details" aria-label="Selected">
      {only === undefined ? (
        <Overview {...props} />
      ) : chosen.length === 1 ? (
        <One node={only} {...props} />
      ) : (
        <Many nodes={chosen} onSelection={props.onSelection} />
      )}
    </aside>
  )
}

function Steps({ nodes }: { readonly nodes: readonly GraphNode[] }) {
  const navigate = useNavigate()
  const values = nodes.filter(({ kind }) => kind === 'observable').map(nodeValue)
  return (
    <div className="steps">
      <Button
        size="xs"
        variant="default"
        leftSection={<IconActivity size={15} />}
        onClick={() => void navigate({ to: '/events', search: { q: nodesQuery(nodes) } })}
      >
        {nodes.length > 1 ? 'Events with any' : 'Events with this value'}
      </Button>
      {values.length > 0 && (
        <Button
          size="xs"
          variant="default"
          leftSection={<IconTopologyStar3 size={15} />}
          onClick={() => void navigate({ to: '/investigate', search: { q: values.join('\n') } })}
        >
          Investigate {nodes.length > 1 ? 'selection' : ''}
        </Button>
      )}
    </div>
  )
}

function One({ node, investigation, onSelection, onEvent }: Props & { readonly node: GraphNode }) {
  const value = nodeValue(node)
  const related = investigation.graph.edges.flatMap((edge) => {
    const [id, arrow] = edge.source === node.id ? [edge.target, '→'] : edge.target === node.id ? [edge.source, '←'] : []
    const other = investigation.graph.nodes.find((one) => one.id === id)
    return other ? [{ key: edge.id, arrow, relation: typeWord(edge.relation), other, events: edge.count }] : []
  })
  const sightings = investigation.sightings.filter(
    ({ observables, sensor, signature, device }) =>
      observables.some((one) => `${one.type}:${one.value}` === node.id) ||
      (node.kind === 'signature' && signature !== null && node.id === `signature:${sensor}:${signature.id}`) ||
      node.id === `device:${device}`,
  )
  return (
    <>
      <p className="details-head">
        <ShapeMark type={nodeType(node)} severity={node.severity} /> {typeWord(nodeType(node))}
        <SeverityBadge severity={node.severity} />
      </p>
      <p className="details-value mono">
        <bdi>{visible(value)}</bdi>
      </p>
      <div className="steps">
        <CopyButton text={defang(node.type, value)}>Copy defanged</CopyButton>
        <CopyButton text={value}>Copy raw</CopyButton>
      </div>
      <Steps nodes={[node]} />
      <p className="second-reading">
        {counted(node.count, 'event')}
        {node.seed && ' · asked about'}
      </p>
      {node.sources.length > 0 && (
        <p className="second-reading">
          Said by {[...new Set(node.sources.map(({ name }) => visible(name)))].join(', ')}
        </p>
      )}
      <Verdicts
        verdicts={investigation.verdicts.filter(
          ({ observable }) => `${observable.type}:${observable.value}` === node.id,
        )}
      />
      {sightings.length > 0 && <SightingList title="Sightings" sightings={sightings} onEvent={onEvent} />}
      {related.length > 0 && (
        <section>
          <h2>Related</h2>
          <ul className="details-list">
            {related.slice(0, 60).map(({ key, arrow, relation, other, events }) => (
              <li key={key}>
                <ShapeMark type={nodeType(other)} severity={other.severity} />
                <div>
                  <button
                    type="button"
                    className="link-button mono"
                    title={visible(other.label)}
                    onClick={() => onSelection(new Set([other.id]))}
                  >
                    <bdi>{visible(other.label)}</bdi>
                  </button>
                  <p className="second-reading">
                    {arrow} {relation} · {counted(events, 'event')}
                  </p>
                </div>
              </li>
            ))}
          </ul>
          {related.length > 60 && (
            <p className="second-reading">and {count(related.length - 60)} more in the tab Nodes</p>
          )}
        </section>
      )}
    </>
  )
}

function Many({
  nodes,
  onSelection,
}: {
  readonly nodes: readonly GraphNode[]
  readonly onSelection: (selection: Selection) => void
}) {
  return (
    <>
      <p className="details-head">
        <b>{nodes.length} selected</b>
      </p>
      <Steps nodes={nodes} />
      <ul className="details-list">
        {nodes.slice(0, 100).map((node) => (
          <li key={node.id}>
            <ShapeMark type={nodeType(node)} severity={node.severity} />
            <div>
              <button
                type="button"
                className="link-button mono"
                title={visible(node.label)}
                onClick={() => onSelection(new Set([node.id]))}
              >
                <bdi>{visible(node.label)}</bdi>
              </button>
            </div>
            <span className="second-reading">{count(node.count)}</span>
          </li>
        ))}
      </ul>
    </>
  )
}

/** Nothing selected: what stands out. */
function Overview({ investigation, onSelection, onEvent }: Props) {
  const seeds = investigation.graph.nodes.filter(({ seed }) => seed)
  const sightings = investigation.sightings.toSorted(
    (a, b) => severityRank(a.severity) - severityRank(b.severity) || b.count - a.count,
  )
  const list = (nodes: readonly GraphNode[]) => (
    <ul className="details-list">
      {nodes.slice(0, 12).map((node) => (
        <li key={node.id}>
          <ShapeMark type={nodeType(node)} severity={node.severity} />
          <div>
            <button
              type="button"
              className="link-button"
              title={visible(node.label)}
              onClick={() => onSelection(new Set([node.id]))}
            >
              <bdi>{visible(node.label)}</bdi>
            </button>
            <p className="second-reading">
              {node.severity} · {counted(node.count, 'event')}
            </p>
          </div>
        </li>
      ))}
    </ul>
  )
  return (
    <>
      <p className="second-reading">Select a node, here, in the graph or in the table.</p>
      <Verdicts verdicts={investigation.verdicts} />
      <section>
        <h2>Asked about</h2>
        {list(seeds)}
      </section>
      {sightings.length > 0 && (
        <SightingList title="What stands out" sightings={sightings.slice(0, 8)} onEvent={onEvent} />
      )}
      <ReferLinks links={investigation.links} />
      <ModuleRuns runs={investigation.modules} />
    </>
  )
}
