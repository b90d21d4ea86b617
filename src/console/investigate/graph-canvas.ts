// The graph on its canvas: shows what is given, lays out once in a worker, then keeps still (console-and-cli 1.1, 1.3,
// 6). It knows places and pins; what is selected, grouped or opened is said to it.
import cytoscape, { type Core, type NodeSingular } from 'cytoscape'
import { middleEllipsis, visible } from '../parts/defang.ts'
import { severityRank } from '../parts/severity.ts'
import { type DrawnGraph, type DrawnNode, typeWord } from './drawn-graph.ts'
import { graphStyle, type Scheme } from './graph-style.ts'
import { labelRank, cullLabels } from './label-culling.ts'
import { textWidth } from './label-text.ts'
import type { LayoutJob, LayoutStep } from './layout.ts'
import { nodeShape } from './node-shapes.ts'
import type { Places } from './places.ts'
import { nearestTowards, type Selection } from './selection.ts'
import { type Point, spiral } from './spiral.ts'

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
/** Font on the screen, px, whatever the zoom. */
const fontPx = 11

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
    const first = this.#nodes.size === 0
    this.#nodes = new Map(drawn.nodes.map((node) => [node.id, node]))
    const unplaced = drawn.nodes.filter(({ id }) => !this.#places.has(id))
    if (!first) this.#placeBeside(unplaced, drawn)
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
          data: { ...edge, words: `${typeWord(edge.relation)} ×${edge.count}`, font: fontPx, outline: 2 },
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
    this.#worker.postMessage(job)
  }

  #applyStep({ job, last, scale, positions }: LayoutStep): void {
    if (job !== this.#job || (this.#calm && !last)) return
    this.#cy.batch(() => {
      for (const [index, node] of this.#cy.nodes().toArray().entries()) {
        const at = positions[index]
        if (at) node.position(at)
      }
    })
    this.fit()
    if (!last) return
    this.#scale = scale
    for (const node of this.#cy.nodes()) this.#places.set(node.id(), { ...node.position() })
    this.#tellPlaces()
    this.#label()
  }

  /** A node that comes later starts beside what it is related to, or where its group stood; nothing else moves. */
  #placeBeside(nodes: readonly DrawnNode[], { edges }: DrawnGraph): void {
    const group = new Map<string, Point>()
    for (const node of this.#cy.nodes())
      for (const member of String(node.data('memberIds')).split('\n')) group.set(member, { ...node.position() })
    for (const [index, node] of nodes.entries()) {
      const members = node.members.flatMap((id) => this.#places.get(id) ?? [])
      const related = edges.flatMap(({ source, target }) =>
        source === node.id ? [target] : target === node.id ? [source] : [],
      )
      const from = group.get(node.members[0] ?? '') ??
        mean(members) ??
        mean(related.flatMap((id) => this.#places.get(id) ?? [])) ?? { x: 0, y: 0 }
      const aside = node.members.length > 1 ? { x: 0, y: 0 } : spiral(index, 20)
      this.#places.set(node.id, { x: from.x + aside.x, y: from.y + aside.y })
    }
  }

  #isSelected(id: string): boolean {
    return this.#nodes.get(id)?.members.some((member) => this.#selection.has(member)) ?? false
  }

  #labelSoon(): void {
    clearTimeout(this.#resting)
    this.#resting = setTimeout(() => this.#label(), restMs)
  }

  #label(): void {
    const zoom = this.#cy.zoom()
    const wishes = this.#labels
      ? this.#cy
          .nodes()
          .toArray()
          .filter((node) => !node.hasClass('dim'))
          .map((node) => this.#wish(node, zoom))
      : []
    const kept = cullLabels(wishes, { left: 0, top: 0, right: this.#cy.width(), bottom: this.#cy.height() })
    this.#cy.batch(() => {
      for (const node of this.#cy.nodes()) {
        const side = kept.get(node.id())
        node.data({
          shown: side ? node.data('text') : '',
          side: side ?? 'below',
          font: fontPx / zoom,
          outline: 2 / zoom,
          marginX: (side === 'right' ? 3 : side === 'left' ? -3 : 0) / zoom,
          marginY: (side === 'above' ? -3 : side === 'below' ? 3 : 0) / zoom,
        })
      }
      for (const edge of this.#cy.edges('.named')) edge.data({ font: (fontPx - 1) / zoom, outline: 2 / zoom })
    })
  }

  #wish(node: NodeSingular, zoom: number) {
    const drawn = this.#nodes.get(node.id())
    const at = node.renderedPosition()
    return {
      id: node.id(),
      x: at.x,
      y: at.y,
      radius: (node.outerHeight() / 2) * zoom,
      width: textWidth(String(node.data('text')), fontPx, drawn?.seed === true || node.hasClass('selected')) + 8,
      height: fontPx * 1.35,
      must: drawn?.seed === true || node.hasClass('selected'),
      rank: labelRank({
        selected: node.hasClass('selected'),
        beside: this.#selection.size > 0 && !node.hasClass('dim'),
        seed: drawn?.seed ?? false,
        group: (drawn?.members.length ?? 0) > 1,
        severityRank: severityRank(drawn?.severity ?? 'unknown'),
        degree: drawn?.degree ?? 0,
      }),
    }
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

function nodeData(node: DrawnNode): Record<string, unknown> {
  const group = node.members.length > 1
  const base = group
    ? 22 + Math.min(16, Math.sqrt(node.members.length) * 3)
    : 13 + Math.min(13, Math.sqrt(node.degree) * 2.6)
  return {
    id: node.id,
    shape: nodeShape(node.type),
    size: node.seed ? Math.max(26, base) : base,
    severity: node.severity,
    seed: node.seed,
    members: node.members.length,
    memberIds: node.members.join('\n'),
    text: middleEllipsis(visible(node.label), 30),
    shown: '',
    side: 'below',
    font: fontPx,
    outline: 2,
    marginX: 0,
    marginY: 3,
  }
}

function mean(points: readonly Point[]): Point | undefined {
  if (points.length === 0) return undefined
  const sum = points.reduce((a, b) => ({ x: a.x + b.x, y: a.y + b.y }))
  return { x: sum.x / points.length, y: sum.y / points.length }
}
