// Zeek writes bytes that are no text as `\xNN`, and its own separators too (traps C6).

/** @returns the text with every run of `\xNN` undone, read as UTF-8. */
export function unescapeZeek(text: string): string {
  if (!text.includes('\\')) return text
  return text.replace(/(?:\\x[0-9a-fA-F]{2})+|\\\\/g, (run) =>
    run === '\\\\' ? '\\' : Buffer.from(run.replaceAll('\\x', ''), 'hex').toString(),
  )
}
