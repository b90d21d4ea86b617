// The formats this version knows, and what a format is: two pure functions and a name (DESIGN "Parts"; style 4).
// Adding one touches its folder and one line of `formats`.
import type { Ignored, SelectionClass, SensorEvent, Severity, Unreadable } from '../core/event.ts'

export type FormatName =
  | 'suricata/eve'
  | 'zeek/json'
  | 'zeek/tsv'
  | 'snort/alert_json'
  | 'snort/alert_fast'
  | 'cisco/syslog'

/** The cheap look the device takes, to select and to keep state lines (delivery N7); never a parse. */
export type Glance =
  | { readonly kind: 'event'; readonly type: string; readonly severity: Severity; readonly selection: SelectionClass }
  | Ignored
  /** A header line of a stateful format (Zeek TSV): ignored as event, carried as `context` of the blocks after it. */
  | { readonly kind: 'context' }
  /** Always selected; what it is, the reader at the exchange decides. */
  | Unreadable

/** What a reader must know beside the line itself. */
export type ReadContext = {
  /** Arrival at the device, Unix ms: stands in for a missing year or time (traps C1). */
  readonly arrivedAt: number
  /** Name of the file the line came from, without folder; '' where it was no file. Types Zeek JSON without `_path`. */
  readonly fileName: string
  /** Header lines in force, newline-joined; '' for stateless formats. */
  readonly context: string
  /** Zone of times without offset, minutes east of UTC (traps C1). */
  readonly zoneMinutes: number
}

export type SensorFormat = {
  readonly name: FormatName
  /**
   * @param lines the first lines of an input, complete, without LF
   * @returns how many of them are surely of this format; the format with most wins, ties by order of `formats`
   */
  recognise(lines: readonly Buffer[]): number
  glance(line: Buffer): Glance
  /** Total: any text gives a value, none throws. `line` is the raw line decoded as UTF-8 (a trailing CR still there). */
  read(line: string, context: ReadContext): SensorEvent | Unreadable | Ignored
}
