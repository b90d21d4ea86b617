// The demonstration's Snort 3, between the segments inside: alerts alone (alert_json, its full form).
import type { Happening } from './happening.ts'

const inside = /^192\.0\.2\./

/** @returns the lines that Snort writes of it: it stands where only traffic inside goes by. */
export function snortLines({ at, source, sourcePort, target, targetPort, protocol, alert }: Happening): string[] {
  if (alert === undefined || !inside.test(source) || !inside.test(target)) return []
  const line = {
    seconds: Math.floor(at / 1000),
    timestamp: monthDayTime(at),
    action: 'allow',
    class: alert.category,
    dir: 'C2S',
    src_addr: source,
    src_port: sourcePort,
    src_ap: `${source}:${sourcePort}`,
    dst_addr: target,
    dst_port: targetPort,
    dst_ap: `${target}:${targetPort}`,
    proto: protocol,
    gid: 1,
    sid: alert.sid,
    rev: 1,
    rule: `1:${alert.sid}:1`,
    msg: alert.signature,
    priority: alert.severity,
    service: 'netbios-ssn',
  }
  return [JSON.stringify(line)]
}

/** `MM/DD-HH:MM:SS.usec`: Snort writes no year (traps C4). */
function monthDayTime(at: number): string {
  const [date = '', time = ''] = new Date(at).toISOString().replace('Z', '000').split('T')
  return `${date.slice(5).replace('-', '/')}-${time}`
}
