// Width of a label on the screen, measured once per text.

const widths = new Map<string, number>()
const remembered = 20_000
let pen: CanvasRenderingContext2D | null | undefined

/** @returns px; an estimate where the browser has no canvas. */
export function textWidth(text: string, fontPx: number, bold: boolean): number {
  const font = `${bold ? 'bold ' : ''}${fontPx}px system-ui, "Noto Sans", sans-serif`
  const key = `${font}\n${text}`
  const known = widths.get(key)
  if (known !== undefined) return known
  pen ??= document.createElement('canvas').getContext('2d')
  if (pen) pen.font = font
  const width = pen?.measureText(text).width ?? text.length * fontPx * 0.6
  if (widths.size >= remembered) widths.clear()
  widths.set(key, width)
  return width
}
