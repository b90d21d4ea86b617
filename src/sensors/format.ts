// What a sensor format is: a name and pure functions over one line (DESIGN "Parts"; style 4). The list of formats
// stands in formats.ts; every format passes format.contract.ts.
import type { Ignored, SelectionClass, Sensor, SensorEvent, Severity, Unreadable } from '../core/event.ts'

export type FormatName =
  | 'suricata/eve'
  | 'zeek/json'
  | 'zeek/tsv'
  | 'snort/alert_json'
  | 'snort/alert_fast'
  | 'cisco/syslog'

/** What a format must know beside the line itself to tell its type. */
export type LineOrigin = {
  /** Name of the file the line came from, without folder; '' where it was no file. Types Zeek JSON without `_path`. */
  readonly fileName: string
  /** Header lines in force, newline-joined; '' for stateless formats and before the first header. */
  readonly context: string
}

/** What a reader must know beside the line itself. */
export type ReadContext = LineOrigin & {
  /** Arrival at the device, Unix ms: stands in for a missing year or time (traps C1). */
  readonly arrivedAt: number
  /** Zone of times without offset, minutes east of UTC (traps C1). */
  readonly zoneMinutes: number
  /**
   * What the event is wanted for. For `'index'` a reader may leave relations, summary, flow number and the ends of the
   * flow empty: no term is made of them, and every line is read so once (performance 8).
   */
  readonly wanted: 'index' | 'everything'
}

/** The cheap look the device takes, to select and to keep state lines (delivery N7); never a parse. */
export type Glance =
  | { readonly kind: 'event'; readonly type: string; readonly severity: Severity; readonly selection: SelectionClass }
  | Ignored
  /**
   * A header line of a stateful format (Zeek TSV): ignored as event. `context` is what is in force from here on: it
   * replaces the `context` given, and the next line begins a new block.
   */
  | { readonly kind: 'context'; readonly context: string }
  /** Always selected; what it is, the reader at the exchange decides. */
  | Unreadable

export type SensorFormat = {
  readonly name: FormatName
  readonly sensor: Sensor
  /** The types that belong to a selection class, as docs/vocabulary.md names them; all others are `other`. */
  readonly classes: Readonly<Record<string, SelectionClass>>
  /**
   * @param lines the first lines of an input, complete, without LF
   * @returns how many of them are surely of this format; the format with most wins, ties by order of `formats`
   */
  recognise(lines: readonly Buffer[]): number
  /** Total. Agrees with `read` on type and severity of every line that `read` can read. */
  glance(line: Buffer, origin: LineOrigin): Glance
  /** Total: any text gives a value, none throws. `line` is the raw line decoded as UTF-8 (a trailing CR still there). */
  read(line: string, context: ReadContext): SensorEvent | Unreadable | Ignored
}
