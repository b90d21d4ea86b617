// Where nodes stand: ForceAtlas2, a fixed number of iterations given out in 6 steps, then still (console-and-cli rule
// 3, 6). Deterministic: the same graph gives the same picture. Runs in layout.worker.ts.
import iterate from 'graphology-layout-forceatlas2/iterate.js'
import { type Point, spiral } from './spiral.ts'

export type LayoutJob = {
  readonly job: number
  readonly nodes: readonly {
    readonly id: string
    /** Where it stands; then it stays there (pinned), or begins there. */
    readonly at?: Point
    readonly fixed?: boolean
  }[]
  readonly edges: readonly { readonly source: string; readonly target: string }[]
  /** Width of the panel by its height. */
  readonly aspect: number
  /** Of the layout before, as its last step said it: px by unit of the forces. Pinned nodes keep it. */
  readonly scale?: number
}

export type LayoutStep = {
  readonly job: number
  readonly step: number
  readonly last: boolean
  readonly scale: number
  /** In the order of the nodes of the job, px. */
  readonly positions: readonly Point[]
}

/** 150-200 iterations arrange 1,000 nodes within the budget; more only costs (console-and-cli 6). */
const iterations = 180
export const layoutSteps = 6

/** Side of the square that n nodes want by root of n, px, and what few want besides: readable and not lost. */
const spacing = 60
const margin = 180
/** Radius around a node in which no other stands, px. */
const apart = 18
/** How far the picture is stretched at most, so that distances stay comparable. */
const stretchMax = 1.5

/** The algorithm's own matrices, without graphology around them (13 kB less in the worker): floats a node, an edge. */
const floatsPerNode = 10
const floatsPerEdge = 3

/** Gives each step to `step` as it is reached. */
export function layOut(job: LayoutJob, step: (done: LayoutStep) => void): void {
  const { nodes, aspect } = job
  const side = margin + spacing * Math.sqrt(nodes.length)
  const stretch = Math.min(stretchMax, Math.max(1 / stretchMax, Math.sqrt(aspect)))
  const anchored = nodes.some(({ fixed }) => fixed)
  const given = job.scale ?? 1
  const matrix = nodeMatrix(job, { x: stretch * given, y: given / stretch })
  const edges = edgeMatrix(job, matrix)
  for (let done = 1; done <= layoutSteps; done++) {
    // The last step only parts what overlaps, at the size that nodes have by then.
    const adjustSizes = done === layoutSteps
    if (adjustSizes) setSizes(matrix, (apart * extent(matrix)) / side)
    const settings = { ...forces, adjustSizes, barnesHutOptimize: nodes.length > 400 }
    for (let i = 0; i < iterations / layoutSteps; i++) iterate(settings, matrix, edges)
    const scale = anchored ? given : side / extent(matrix)
    const positions = nodes.map((_, index) => ({
      x: (matrix[index * floatsPerNode] ?? 0) * scale * stretch,
      y: ((matrix[index * floatsPerNode + 1] ?? 0) * scale) / stretch,
    }))
    step({ job: job.job, step: done, last: done === layoutSteps, scale, positions })
  }
}

/** Chosen by the least distance between nodes and the evenness of relations on clustered graphs. */
const forces = {
  linLogMode: false,
  outboundAttractionDistribution: false,
  edgeWeightInfluence: 1,
  scalingRatio: 10,
  strongGravityMode: true,
  gravity: 0.05,
  slowDown: 1,
  barnesHutTheta: 0.6,
}

/** Place, force now and before, mass, convergence, size, fixed: as iterate.js reads them. */
function nodeMatrix({ nodes }: LayoutJob, unit: Point): Float32Array {
  const matrix = new Float32Array(nodes.length * floatsPerNode)
  for (const [index, { at, fixed }] of nodes.entries()) {
    const { x, y } = at ? { x: at.x / unit.x, y: at.y / unit.y } : spiral(index, 10)
    matrix.set([x, y, 0, 0, 0, 0, 1, 1, 1, fixed ? 1 : 0], index * floatsPerNode)
  }
  return matrix
}

/** @param matrix of the nodes, which grow in mass by each relation */
function edgeMatrix({ nodes, edges }: LayoutJob, matrix: Float32Array): Float32Array {
  const at = new Map(nodes.map(({ id }, index) => [id, index * floatsPerNode]))
  const drawn = edges.flatMap(({ source, target }) => {
    const [a, b] = [at.get(source), at.get(target)]
    return a === undefined || b === undefined || a === b ? [] : [[a, b] as const]
  })
  const result = new Float32Array(drawn.length * floatsPerEdge)
  for (const [index, [a, b]] of drawn.entries()) {
    result.set([a, b, 1], index * floatsPerEdge)
    for (const node of [a, b]) matrix[node + 6] = (matrix[node + 6] ?? 0) + 1
  }
  return result
}

function setSizes(matrix: Float32Array, radius: number): void {
  for (let node = 0; node < matrix.length; node += floatsPerNode) matrix[node + 8] = radius
}

/** Of the middle nine tenths, so that one far node does not shrink the rest. */
function extent(matrix: Float32Array): number {
  const spread = (offset: number) => {
    const values = matrix.filter((_, index) => index % floatsPerNode === offset).sort()
    const cut = Math.floor(values.length * 0.05)
    return (values.at(-1 - cut) ?? 0) - (values[cut] ?? 0)
  }
  return Math.max(1, spread(0), spread(1))
}
