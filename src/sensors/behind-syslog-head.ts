// A sensor's line that came by syslog has a head before it (RFC 3164, 5424). It is cut only for reading: what is kept is
// the line as it came (issue 9 item 1).
import type { SensorFormat } from './format.ts'

const less = 60
/** No head is longer. */
const headMax = 1024
const priority = /^<\d{1,3}>/
/** `1 TIME HOST APP PROCID MSGID `, then structured data. */
const rfc5424 = /^1 \S{1,64} \S{1,255} \S{1,64} \S{1,128} \S{1,64} /
const element = /^\[[^\]"]{0,512}(?:"(?:[^"\\]|\\.){0,512}"[^\]"]{0,64}){0,16}\]/
const rfc3164Time = /^(?:[A-Z][a-z]{2} [ \d]\d (?:\d{4} )?\d\d:\d\d:\d\d|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\S{0,20}):? /
/** Words of a head: host and tag, and one that a relay adds. */
const wordsMax = 3
/** How the lines of our formats begin: JSON, `@cee:`, the time of alert_fast. */
const messageBegin = /^(?:\{|@cee:|\d\d\/\d\d)/
const mark = /^(?:\ufeff|\u00ef\u00bb\u00bf)/

/** @returns the format, reading also lines behind a head of syslog */
export function behindSyslogHead(format: SensorFormat): SensorFormat {
  return {
    ...format,
    recognise: (lines) => format.recognise(lines.map(withoutHead)),
    glance: (line, origin) => format.glance(withoutHead(line), origin),
    read: (line, context) =>
      format.read(line.charCodeAt(0) === less ? line.slice(messageAt(line.slice(0, headMax))) : line, context),
  }
}

function withoutHead(line: Buffer): Buffer {
  return line[0] === less ? line.subarray(messageAt(line.toString('latin1', 0, headMax))) : line
}

/** @param text the beginning of a line that begins with `<` @returns where its message begins; 0 where no head is */
function messageAt(text: string): number {
  const start = priority.exec(text)?.[0].length
  if (start === undefined) return 0
  const structured = rfc5424.exec(text.slice(start))?.[0].length
  if (structured !== undefined) return structuredEnd(text, start + structured)
  let at = start + (rfc3164Time.exec(text.slice(start))?.[0].length ?? 0)
  for (let words = 0; words <= wordsMax; words++) {
    while (text[at] === ' ') at++
    if (messageBegin.test(text.slice(at, at + 5))) return at
    const blank = text.indexOf(' ', at)
    if (blank < 0) return 0
    if (text[blank - 1] === ':') return blank + 1
    at = blank + 1
  }
  return 0
}

function structuredEnd(text: string, from: number): number {
  let at = from
  if (text[at] === '-') at++
  else
    for (let next = element.exec(text.slice(at)); next !== null; next = element.exec(text.slice(at)))
      at += next[0].length
  if (text[at] !== ' ') return 0
  at++
  return at + (mark.exec(text.slice(at))?.[0].length ?? 0)
}
