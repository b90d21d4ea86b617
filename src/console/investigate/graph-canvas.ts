// The graph on its canvas: shows what is given, lays out once in a worker, then keeps still (console-and-cli 1.1, 1.3,
// 6). It knows places and pins; what is selected, grouped or opened is said to it.
import cytoscape, { type Core } from 'cytoscape'
import type { DrawnGraph, DrawnNode } from './drawn-graph.ts'
import { labelNodes } from './graph-labels.ts'
import { graphStyle, type Scheme } from './graph-style.ts'
import type { LayoutJob, LayoutStep } from './layout.ts'
import { edgeData, nodeData } from './node-data.ts'
import { placeBeside } from './place-beside.ts'
import type { Places } from './places.ts'
import { nearestTowards, type Selection } from './selection.ts'
import type { Point } from './spiral.ts'

export type GraphEvents = {
  /** A click on a node, or on the empty ground (no ids). */
  readonly onSelect: (ids: readonly string[], adding: boolean) => void
  /** A double click on a group. */
  readonly onOpen: (group: string) => void
  /** Nodes were moved by hand or pinned: `before` brings the picture back. */
  readonly onChange: (undo: () => void) => void
  readonly onPlaces: (places: Places) => void
}

/** Labels stand where the viewport has rested this long (console-and-cli 6). */
const restMs = 90
/** A graph of few nodes is not blown up to fill the panel. */
const fitZoomMax = 1.5

export class GraphCanvas {
  readonly #cy: Core
  readonly #worker = new Worker(new URL('./layout.worker.ts', import.meta.url), { type: 'module' })
  readonly #events: GraphEvents
  readonly #places = new Map<string, Point>()
  readonly #pinned = new Set<string>()
  readonly #calm = matchMedia('(prefers-reduced-motion: reduce)').matches
  #nodes = new Map<string, DrawnNode>()
  #selection: Selection = new Set()
  #labels = true
  #job = 0
  /** Of the nodes of the job, in its order: others may be drawn by the time it is done. */
  #jobIds: readonly string[] = []
  #scale: number | undefined
  #resting: ReturnType<typeof setTimeout> | undefined

  /** @param places where nodes stood when this investigation was looked at before */
  constructor(container: HTMLElement, scheme: Scheme, places: Places, events: GraphEvents) {
    this.#events = events
    for (const [id, point] of Object.entries(places.at)) this.#places.set(id, point)
    for (const id of places.pinned) this.#pinned.add(id)
    this.#cy = cytoscape({
      container,
      style: graphStyle(scheme),
      minZoom: 0.05,
      maxZoom: 3,
      boxSelectionEnabled: false,
      autounselectify: true,
      textureOnViewport: false,
      hideEdgesOnViewport: true,
      pixelRatio: Math.min(devicePixelRatio, 2),
    })
    this.#worker.addEventListener('message', ({ data }: MessageEvent<LayoutStep>) => this.#applyStep(data))
    this.#listen()
  }

  /** Draws this; nodes not seen before are laid out (first picture) or set beside their neighbour (later). */
  show(drawn: DrawnGraph): void {
    const before = [...this.#nodes.values()]
    const first = before.length === 0
    this.#nodes = new Map(drawn.nodes.map((node) => [node.id, node]))
    const unplaced = drawn.nodes.filter(({ id }) => !this.#places.has(id))
    if (!first)
      for (const [index, at] of placeBeside(unplaced, drawn.edges, this.#places, before).entries())
        this.#places.set(unplaced[index]?.id ?? '', at)
    this.#cy.batch(() => {
      this.#cy.elements().remove()
      this.#cy.add(
        drawn.nodes.map((node) => ({
          group: 'nodes' as const,
          data: nodeData(node),
          position: { ...(this.#places.get(node.id) ?? { x: 0, y: 0 }) },
          classes: this.#pinned.has(node.id) ? 'pinned' : '',
        })),
      )
      this.#cy.add(
        drawn.edges.map((edge) => ({
          group: 'edges' as const,
          data: edgeData(edge),
        })),
      )
    })
    if (first && unplaced.length > 0) this.#layOut(false)
    else if (first) this.fit()
    this.select(this.#selection)
  }

  select(selection: Selection): void {
    this.#selection = selection
    this.#cy.batch(() => {
      const all = this.#cy.elements().removeClass('selected beside named dim')
      const chosen = this.#cy.nodes().filter((node) => this.#isSelected(node.id()))
      if (chosen.nonempty()) {
        const edges = chosen.connectedEdges().addClass('beside')
        if (edges.length <= 24) edges.addClass('named')
        all.difference(chosen.closedNeighborhood()).addClass('dim')
        chosen.addClass('selected')
      }
    })
    this.#labelSoon()
  }

  /** Lays out anew what is not pinned. */
  rearrange(): void {
    this.#events.onChange(this.#restorer())
    this.#layOut(true)
  }

  fit(): void {
    this.#cy.fit(undefined, 56)
    if (this.#cy.zoom() > fitZoomMax) {
      this.#cy.zoom(fitZoomMax)
      this.#cy.center()
    }
  }

  zoomBy(factor: number): void {
    this.#cy.zoom({
      level: this.#cy.zoom() * factor,
      renderedPosition: { x: this.#cy.width() / 2, y: this.#cy.height() / 2 },
    })
  }

  /** Fits what the panel's new size needs, without moving any node. */
  resize(): void {
    this.#cy.resize()
    this.fit()
  }

  setLabels(on: boolean): void {
    this.#labels = on
    this.#label()
  }

  setScheme(scheme: Scheme): void {
    this.#cy.style(graphStyle(scheme))
    this.#labelSoon()
  }

  /** Pins the selected where they are, or frees them where all are pinned. */
  pin(): void {
    const chosen = this.#cy.nodes('.selected')
    if (chosen.empty()) return
    this.#events.onChange(this.#restorer())
    const free = chosen.filter('.pinned').length === chosen.length
    for (const node of chosen) {
      node.toggleClass('pinned', !free)
      if (free) this.#pinned.delete(node.id())
      else this.#pinned.add(node.id())
    }
    this.#tellPlaces()
  }

  /** @returns the drawn node that an arrow key leads to from the selected one, brought into view. */
  towards(direction: 'ArrowUp' | 'ArrowDown' | 'ArrowLeft' | 'ArrowRight'): DrawnNode | undefined {
    const points = this.#cy.nodes().map((node) => ({ id: node.id(), ...node.position() }))
    const from = points.find(({ id }) => this.#isSelected(id))
    const next = from
      ? nearestTowards(
          from,
          points.filter(({ id }) => id !== from.id),
          direction,
        )
      : (points.find(({ id }) => this.#nodes.get(id)?.seed) ?? points[0])
    if (!next) return undefined
    const at = this.#cy.getElementById(next.id).renderedPosition()
    if (at.x < 20 || at.y < 20 || at.x > this.#cy.width() - 20 || at.y > this.#cy.height() - 20)
      this.#cy.center(this.#cy.getElementById(next.id))
    return this.#nodes.get(next.id)
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#resting)
    this.#worker.terminate()
    this.#cy.destroy()
  }

  #listen(): void {
    this.#cy.on('tap', ({ target, originalEvent }) => {
      const adding = originalEvent.shiftKey || originalEvent.ctrlKey || originalEvent.metaKey
      const node = target === this.#cy ? undefined : this.#nodes.get(target.id())
      if (node) this.#events.onSelect(node.members, adding)
      else if (target === this.#cy && !adding) this.#events.onSelect([], false)
    })
    this.#cy.on('dbltap', 'node', ({ target }) => {
      if ((this.#nodes.get(target.id())?.members.length ?? 0) > 1) this.#events.onOpen(target.id())
    })
    let undo: (() => void) | undefined
    this.#cy.on('grab', 'node', () => {
      undo = this.#restorer()
    })
    this.#cy.on('dragfree', 'node', ({ target }) => {
      if (undo) this.#events.onChange(undo)
      undo = undefined
      this.#places.set(target.id(), { ...target.position() })
      this.#tellPlaces()
      this.#labelSoon()
    })
    this.#cy.on('viewport', () => this.#labelSoon())
  }

  #layOut(keep: boolean): void {
    this.#job += 1
    const box = { width: Math.max(1, this.#cy.width()), height: Math.max(1, this.#cy.height()) }
    const job: LayoutJob = {
      job: this.#job,
      aspect: box.width / box.height,
      ...(this.#scale !== undefined && { scale: this.#scale }),
      nodes: this.#cy.nodes().map((node) => ({
        id: node.id(),
        fixed: this.#pinned.has(node.id()),
        ...((keep || this.#pinned.has(node.id())) && { at: { ...node.position() } }),
      })),
      edges: this.#cy.edges().map((edge) => ({ source: edge.source().id(), target: edge.target().id() })),
    }
    this.#jobIds = job.nodes.map(({ id }) => id)
    this.#worker.postMessage(job)
  }

  #applyStep({ job, last, scale, positions }: LayoutStep): void {
    if (job !== this.#job || (this.#calm && !last)) return
    this.#cy.batch(() => {
      for (const [index, id] of this.#jobIds.entries()) {
        const at = positions[index]
        if (at) this.#cy.getElementById(id).position(at)
      }
    })
    this.fit()
    if (!last) return
    this.#scale = scale
    for (const node of this.#cy.nodes()) this.#places.set(node.id(), { ...node.position() })
    this.#tellPlaces()
    this.#label()
  }

  #isSelected(id: string): boolean {
    return this.#nodes.get(id)?.members.some((member) => this.#selection.has(member)) ?? false
  }

  #labelSoon(): void {
    clearTimeout(this.#resting)
    this.#resting = setTimeout(() => this.#label(), restMs)
  }

  #label(): void {
    labelNodes(this.#cy, this.#nodes, { on: this.#labels, focused: this.#selection.size > 0 })
  }

  #restorer(): () => void {
    const places = new Map(this.#cy.nodes().map((node) => [node.id(), { ...node.position() }]))
    const pinned = new Set(this.#pinned)
    return () => {
      this.#job += 1
      this.#pinned.clear()
      for (const id of pinned) this.#pinned.add(id)
      this.#cy.batch(() => {
        for (const node of this.#cy.nodes()) {
          const at = places.get(node.id())
          if (at) node.position(at)
          node.toggleClass('pinned', pinned.has(node.id()))
        }
      })
      for (const [id, at] of places) this.#places.set(id, at)
      this.#tellPlaces()
      this.#labelSoon()
    }
  }

  #tellPlaces(): void {
    this.#events.onPlaces({ at: Object.fromEntries(this.#places), pinned: [...this.#pinned] })
  }
}
