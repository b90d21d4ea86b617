// The graph with its tools and legend. The table is its twin: same nodes, same selection, for whom a picture is no
// help (console-and-cli 8). Loaded when first shown: cytoscape is half of the console.
import { useComputedColorScheme } from '@mantine/core'
import { useEffect, useMemo, useRef, useState } from 'react'
import type { Investigation } from '../../wire/api/investigations.ts'
import { announce } from '../parts/announcer.tsx'
import { visible } from '../parts/defang.ts'
import { counted } from '../parts/spoken-time.ts'
import { useKeyAction } from '../shell/key-actions.tsx'
import { type DrawnNode, drawnGraph, typeWord } from './drawn-graph.ts'
import { GraphCanvas } from './graph-canvas.ts'
import { GraphLegend } from './graph-legend.tsx'
import { GraphTools } from './graph-tools.tsx'
import { groupFromNodes } from './grouping.ts'
import { readPlaces, writePlaces } from './places.ts'
import { clicked, type Selection } from './selection.ts'

type Props = {
  readonly investigation: Investigation
  readonly selection: Selection
  readonly onSelection: (selection: Selection) => void
  readonly onTable: () => void
}

const undoMax = 50

export function GraphPanel({ investigation, selection, onSelection, onTable }: Props) {
  const { graph, id } = investigation
  const scheme = useComputedColorScheme('dark')
  const [grouped, setGrouped] = useState(graph.nodes.length >= groupFromNodes)
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set())
  const [labels, setLabels] = useState(true)
  const [undos, setUndos] = useState<readonly (() => void)[]>([])
  const drawn = useMemo(() => drawnGraph(graph, { grouped, opened }), [graph, grouped, opened])
  const panel = useRef<HTMLDivElement>(null)
  const holder = useRef<HTMLDivElement>(null)
  const canvas = useRef<GraphCanvas>(null)
  const remember = (undo: () => void) => setUndos((before) => [...before.slice(1 - undoMax), undo])
  const regroup = (next: { grouped: boolean; opened: ReadonlySet<string> }) => {
    remember(() => {
      setGrouped(grouped)
      setOpened(opened)
    })
    setGrouped(next.grouped)
    setOpened(next.opened)
  }
  const latest = useRef({ selection, onSelection, regroup, remember, opened })
  latest.current = { selection, onSelection, regroup, remember, opened }

  // The canvas lives as long as the investigation; the theme has an effect of its own below.
  useEffect(() => {
    if (!holder.current) return
    const made = new GraphCanvas(holder.current, scheme, readPlaces(sessionStorage, id), {
      onSelect: (ids, adding) => latest.current.onSelection(clicked(latest.current.selection, ids, adding)),
      onOpen: (group) =>
        latest.current.regroup({ grouped: true, opened: latest.current.opened.union(new Set([group])) }),
      onChange: (undo) => latest.current.remember(undo),
      onPlaces: (places) => writePlaces(sessionStorage, id, places),
    })
    canvas.current = made
    return () => {
      made[Symbol.dispose]()
      canvas.current = null
    }
  }, [id])
  useEffect(() => canvas.current?.show(drawn), [drawn])
  useEffect(() => canvas.current?.select(selection), [selection, drawn])
  useEffect(() => canvas.current?.setScheme(scheme), [scheme])
  useEffect(() => canvas.current?.setLabels(labels), [labels])
  useEffect(() => {
    const refit = () => canvas.current?.resize()
    document.addEventListener('fullscreenchange', refit)
    return () => document.removeEventListener('fullscreenchange', refit)
  }, [])

  const undo = () => {
    undos.at(-1)?.()
    setUndos(undos.slice(0, -1))
  }
  const fullscreen = () =>
    void (document.fullscreenElement ? document.exitFullscreen() : panel.current?.requestFullscreen())
  const tools = {
    fit: () => canvas.current?.fit(),
    rearrange: () => canvas.current?.rearrange(),
    group: () => regroup({ grouped: opened.size > 0 || !grouped, opened: new Set() }),
    labels: () => setLabels(!labels),
    pin: () => canvas.current?.pin(),
    undo,
  }
  useKeyAction('fit', tools.fit)
  useKeyAction('rearrange', tools.rearrange)
  useKeyAction('group', tools.group)
  useKeyAction('labels', tools.labels)
  useKeyAction('pin', tools.pin)
  useKeyAction('undo', tools.undo)
  const groups = drawn.nodes.filter(({ members }) => members.length > 1).length
  return (
    <div className="graph-panel" ref={panel}>
      <div
        ref={holder}
        className="graph-canvas"
        tabIndex={0}
        role="application"
        aria-roledescription="graph"
        aria-label={`Graph of ${counted(graph.nodes.length, 'node')} and ${counted(graph.edges.length, 'relation')}; the tab Nodes lists the same. Arrow keys go from node to node, Enter opens a group, Escape selects nothing.`}
        onKeyDown={(event) => {
          if (isArrow(event.key)) {
            const node = canvas.current?.towards(event.key)
            if (!node) return
            announce(spoken(node))
            onSelection(clicked(selection, node.members, event.shiftKey))
          } else if (event.key === 'Enter') {
            const group = drawn.nodes.find(
              ({ members }) => members.length > 1 && members.every((member) => selection.has(member)),
            )
            if (!group) return
            regroup({ grouped: true, opened: opened.union(new Set([group.id])) })
          } else if (event.key === 'Escape' && selection.size > 0) onSelection(new Set())
          else return
          event.preventDefault()
        }}
      />
      <GraphTools
        {...tools}
        grouped={grouped && opened.size === 0}
        labelled={labels}
        canPin={selection.size > 0}
        canUndo={undos.length > 0}
        zoomIn={() => canvas.current?.zoomBy(1.3)}
        zoomOut={() => canvas.current?.zoomBy(1 / 1.3)}
        fullscreen={fullscreen}
      />
      <div className="graph-foot">
        <p className="graph-state">
          {counted(drawn.nodes.length, 'node')} drawn
          {groups > 0 && `, ${counted(groups, 'group')} of look-alikes (double-click opens)`}
          {drawn.omitted + graph.folded > 0 &&
            `; ${counted(drawn.omitted + graph.folded, 'node')} left out of the picture`}{' '}
          ·{' '}
          <button type="button" onClick={onTable}>
            the same as a table
          </button>
        </p>
        <GraphLegend nodes={drawn.nodes} />
      </div>
    </div>
  )
}

function isArrow(key: string): key is 'ArrowUp' | 'ArrowDown' | 'ArrowLeft' | 'ArrowRight' {
  return key.startsWith('Arrow')
}

function spoken({ label, type, severity, count, degree, members }: DrawnNode): string {
  const what = members.length > 1 ? `group of ${label}` : `${visible(label)}, ${typeWord(type)}`
  return `${what}, severity ${severity}, ${counted(count, 'event')}, ${counted(degree, 'relation')}`
}
