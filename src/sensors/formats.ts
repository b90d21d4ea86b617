// The formats this version knows. Adding one touches its folder and one line here (style 5).
import { behindSyslogHead } from './behind-syslog-head.ts'
import { firepower } from './firepower/firepower.ts'
import type { SensorFormat } from './format.ts'
import { snortFast } from './snort-fast/snort-fast.ts'
import { snortJson } from './snort-json/snort-json.ts'
import { suricataEve } from './suricata-eve/suricata-eve.ts'
import { zeekJson } from './zeek-json/zeek-json.ts'
import { zeekTsv } from './zeek-tsv/zeek-tsv.ts'

/** Those of one line each may come by syslog, with its head before them; Firepower's own lines have one always. */
export const formats: readonly SensorFormat[] = [
  behindSyslogHead(suricataEve),
  behindSyslogHead(zeekJson),
  zeekTsv,
  behindSyslogHead(snortJson),
  behindSyslogHead(snortFast),
  firepower,
]

/** @returns the format of that name, as block headers and configurations carry it; undefined for one not known here. */
export function formatNamed(name: string): SensorFormat | undefined {
  return formats.find((format) => format.name === name)
}

/**
 * Finds whose output an input is.
 * @param lines its first lines, complete, without LF
 * @returns the format most of them are of, and how many those are; undefined where none is of any
 */
export function recogniseFormat(
  lines: readonly Buffer[],
): { readonly format: SensorFormat; readonly recognised: number } | undefined {
  let best: { readonly format: SensorFormat; readonly recognised: number } | undefined
  for (const format of formats) {
    const recognised = format.recognise(lines)
    if (recognised > (best?.recognised ?? 0)) best = { format, recognised }
  }
  return best
}
