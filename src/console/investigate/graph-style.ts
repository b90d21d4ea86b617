// How nodes and relations look on the canvas in each theme (console-and-cli 7): seed = blue ring, pinned = double
// purple ring, selected = its own ring; on focus the rest is dimmed to 13 %.
import type { StylesheetJson } from 'cytoscape'
import { severities, severityColours } from '../parts/severity.ts'

export type Scheme = 'dark' | 'light'

const colours = {
  dark: {
    ground: '#0c1017',
    text: '#d8dfea',
    line: '#5d6f8e',
    seed: '#4dabf7',
    pinned: '#b78bff',
    selected: '#ffffff',
  },
  light: {
    ground: '#ffffff',
    text: '#253046',
    line: '#a3afc2',
    seed: '#1864ab',
    pinned: '#7236b8',
    selected: '#0e1727',
  },
} as const

export function graphStyle(scheme: Scheme): StylesheetJson {
  return [...nodeStyle(scheme), ...edgeStyle(scheme), { selector: '.dim', style: { opacity: 0.13 } }]
}

/** Labels of constant size on the screen: label-culling decides on them, graph-labels.ts writes them. */
function labelStyle(scheme: Scheme) {
  const { ground, text } = colours[scheme]
  return {
    color: text,
    'font-family': 'system-ui, "Noto Sans", sans-serif',
    'font-size': 'data(font)',
    'text-outline-color': ground,
    'text-outline-width': 'data(outline)' as unknown as number,
  } as const
}

function nodeStyle(scheme: Scheme): StylesheetJson {
  const { text, seed, pinned, selected } = colours[scheme]
  return [
    {
      selector: 'node',
      style: {
        ...labelStyle(scheme),
        shape: 'data(shape)' as 'ellipse',
        width: 'data(size)',
        height: 'data(size)',
        'background-color': severityColours[scheme].unknown,
        label: 'data(shown)',
        'text-margin-x': 'data(marginX)' as unknown as number,
        'text-margin-y': 'data(marginY)' as unknown as number,
        'text-valign': 'bottom',
        'min-zoomed-font-size': 4,
        'overlay-opacity': 0,
      },
    },
    { selector: 'node[side = "above"]', style: { 'text-valign': 'top' } },
    { selector: 'node[side = "right"]', style: { 'text-valign': 'center', 'text-halign': 'right' } },
    { selector: 'node[side = "left"]', style: { 'text-valign': 'center', 'text-halign': 'left' } },
    ...severities.map((severity) => ({
      selector: `node[severity = "${severity}"]`,
      style: { 'background-color': severityColours[scheme][severity] },
    })),
    {
      selector: 'node[members > 1]',
      style: { 'border-width': 4, 'border-style': 'double', 'border-color': text, 'background-opacity': 0.8 },
    },
    { selector: 'node[?seed]', style: { 'border-width': 3, 'border-color': seed, 'font-weight': 'bold' } },
    { selector: 'node.pinned', style: { 'border-width': 5, 'border-style': 'double', 'border-color': pinned } },
    {
      selector: 'node.selected',
      style: { 'outline-width': 3, 'outline-color': selected, 'outline-offset': 2, 'font-weight': 'bold' },
    },
  ]
}

function edgeStyle(scheme: Scheme): StylesheetJson {
  const { line, seed } = colours[scheme]
  return [
    {
      selector: 'edge',
      style: { width: 1.1, 'line-color': line, 'curve-style': 'haystack', opacity: 0.6, 'overlay-opacity': 0 },
    },
    {
      selector: 'edge.beside',
      style: {
        // Relations between the same two stand apart.
        'curve-style': 'bezier',
        'control-point-step-size': 34,
        'line-color': seed,
        opacity: 0.9,
        width: 1.6,
        'target-arrow-shape': 'triangle',
        'target-arrow-color': seed,
        'arrow-scale': 0.7,
      },
    },
    { selector: 'edge.named', style: { ...labelStyle(scheme), label: 'data(words)', 'text-rotation': 'autorotate' } },
  ]
}
