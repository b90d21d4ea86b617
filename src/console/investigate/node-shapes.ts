// Shape says the type, colour the severity: one table for the canvas, the legend and the lists (console-and-cli 7).

/** Shapes by cytoscape's names; each has an outline in `shapeOutline`. */
export type NodeShape =
  | 'ellipse'
  | 'rectangle'
  | 'diamond'
  | 'triangle'
  | 'pentagon'
  | 'hexagon'
  | 'octagon'
  | 'vee'
  | 'star'
  | 'rhomboid'

const shapes: Readonly<Record<string, NodeShape>> = {
  ip: 'ellipse',
  ipv6: 'ellipse',
  network: 'ellipse',
  domain: 'rectangle',
  hostname: 'rectangle',
  url: 'pentagon',
  email: 'rhomboid',
  email_subject: 'rhomboid',
  email_messageid: 'rhomboid',
  md5: 'diamond',
  sha1: 'diamond',
  sha256: 'diamond',
  file_name: 'diamond',
  file_path: 'diamond',
  user: 'hexagon',
  user_agent: 'hexagon',
  signature: 'triangle',
  device: 'star',
}

/** @returns the shape of a type; types without one of their own share the octagon. */
export function nodeShape(type: string): NodeShape {
  return shapes[type] ?? 'octagon'
}

/** Corners in a square of 16, for the legend; the ellipse has none. */
export const shapeOutline: Readonly<Record<NodeShape, string>> = {
  ellipse: '',
  rectangle: '2,2 14,2 14,14 2,14',
  diamond: '8,0.5 15.5,8 8,15.5 0.5,8',
  triangle: '8,1 15,15 1,15',
  pentagon: '8,1 15,6.5 12.3,15 3.7,15 1,6.5',
  hexagon: '4,2 12,2 15.5,8 12,14 4,14 0.5,8',
  octagon: '5,1 11,1 15,5 15,11 11,15 5,15 1,11 1,5',
  vee: '1,1 8,5 15,1 8,15',
  star: '8,0.5 10,5.7 15.6,6 11.2,9.4 12.7,15 8,11.8 3.3,15 4.8,9.4 0.4,6 6,5.7',
  rhomboid: '0.5,3 11.5,3 15.5,13 4.5,13',
}
