// Where a command reads and writes: data on stdout, everything else on stderr (console-and-cli 10). What others wrote
// reaches a terminal only with its control bytes made visible (security S4).
import { styleText } from 'node:util'

type Output = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number }
type Input = NodeJS.ReadableStream & { readonly isTTY?: boolean }

export type Terminal = { readonly stdin: Input; readonly stdout: Output; readonly stderr: Output }

export const processTerminal: Terminal = { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr }

/** Writes and waits where the reader is slower. The reader's going away (EPIPE) is handled once, in main.ts. */
export async function write(stream: Output, data: string | Buffer): Promise<void> {
  if (stream.write(data)) return
  const { promise, resolve } = Promise.withResolvers<void>()
  const done = () => resolve()
  stream.once('drain', done).once('close', done).once('error', done)
  await promise
  stream.removeListener('drain', done).removeListener('close', done).removeListener('error', done)
}

/** A line for people, on stderr: what happened, what to type next. */
export function say(terminal: Terminal, line: string): void {
  terminal.stderr.write(`${line}\n`)
}

/** @returns the text in a colour where stderr or stdout (`on`) shows colours; obeys NO_COLOR and TERM=dumb */
export function styled(style: Parameters<typeof styleText>[0], text: string, on: Output): string {
  return on.isTTY === true ? styleText(style, text, { stream: on }) : text
}

/**
 * Control characters, marks that turn the direction of writing, and characters of no width: what makes a terminal do or
 * a reader see something else than what stands there. Lone halves of a surrogate pair cannot be written at all.
 */
const deceiving =
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]|[\u{e0000}-\u{e007f}]/gu

/** @returns the text with every such character written as `\xNN` or `\uNNNN` */
export function printable(text: string): string {
  return text.replace(deceiving, (character) => {
    const code = character.codePointAt(0) ?? 0
    if (code <= 0xff) return `\\x${code.toString(16).padStart(2, '0')}`
    return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`
  })
}

/** @returns JSON on one line that parses to the same value and does nothing to a terminal */
export function printableJson(value: unknown): string {
  return JSON.stringify(value).replace(deceiving, (character) =>
    [...Array(character.length).keys()]
      .map((index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`)
      .join(''),
  )
}
