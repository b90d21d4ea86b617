// Devices in the picture under the names that people gave them.
import type { Investigation } from '../../wire/api/investigations.ts'

/** @returns the investigation with the names of devices as their labels; their ids stay. */
export function namedDevices(investigation: Investigation, nameOf: (id: string) => string): Investigation {
  const { graph } = investigation
  const nodes = graph.nodes.map((node) =>
    node.kind === 'device' ? { ...node, label: nameOf(node.id.replace(/^device:/, '')) } : node,
  )
  return { ...investigation, graph: { ...graph, nodes } }
}
