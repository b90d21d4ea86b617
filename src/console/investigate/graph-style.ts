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
  const { ground, text, line, seed, pinned, selected } = colours[scheme]
  return [
    {
      selector: 'node',
      style: {
        shape: 'data(shape)' as 'ellipse',
        width: 'data(size)',
        height: 'data(size)',
        'background-color': severityColours[scheme].unknown,
        label: 'data(shown)',
        color: text,
        'font-family': 'system-ui, "Noto Sans", sans-serif',
        'font-size': 'data(font)',
        'text-margin-x': 'data(marginX)' as unknown as number,
        'text-margin-y': 'data(marginY)' as unknown as number,
        'text-valign': 'bottom',
        'text-outline-color': ground,
        'text-outline-width': 'data(outline)' as unknown as number,
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
    {
      selector: 'edge',
      style: { width: 1.1, 'line-color': line, 'curve-style': 'haystack', opacity: 0.6, 'overlay-opacity': 0 },
    },
    {
      selector: 'edge.beside',
      style: {
        'curve-style': 'straight',
        'line-color': seed,
        opacity: 0.9,
        width: 1.6,
        'target-arrow-shape': 'triangle',
        'target-arrow-color': seed,
        'arrow-scale': 0.7,
      },
    },
    {
      selector: 'edge.named',
      style: {
        label: 'data(words)',
        color: text,
        'font-size': 'data(font)',
        'text-rotation': 'autorotate',
        'text-outline-color': ground,
        'text-outline-width': 'data(outline)' as unknown as number,
      },
    },
    { selector: '.dim', style: { opacity: 0.13 } },
  ]
}
