// Writes a value so that nothing makes a link of it, and so that no character of it hides (console-and-cli 7).
// What is copied "raw" is the value itself; what is shown is `visible`.

/** @returns the value defanged: `hxxps://evil[.]example`, `203[.]0[.]113[.]7`, `a[@]b[.]example`. */
export function defang(type: string, value: string): string {
  switch (type) {
    case 'ip':
    case 'domain':
    case 'hostname':
      return value.replaceAll('.', '[.]')
    case 'ipv6':
      return value.replaceAll(':', '[:]')
    case 'email':
      return value.replace('@', '[@]').replaceAll('.', '[.]')
    case 'url': {
      const match = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(.*)$/is.exec(value)
      if (!match) return value
      const [, scheme = '', host = '', rest = ''] = match
      return `${scheme.replace(/^http/i, 'hxxp')}://${host.replaceAll('.', '[.]')}${rest}`
    }
    default:
      return value
  }
}

/** @returns the text defanged wherever it has addresses, names with a dot, or URLs: for raw lines as a whole. */
export function defangText(text: string): string {
  return text
    .replace(/\bhttp(s?):(\\?\/){2}/gi, (scheme) => scheme.replace(/http/i, 'hxxp'))
    .replace(/([A-Za-z0-9])\.(?=[A-Za-z0-9-]+(?:\.|\b))/g, (dot, before: string, at: number, whole: string) =>
      isDecimal(whole, at) ? dot : `${before}[.]`,
    )
}

/** A single dot between digits with no other dot beside the number is a decimal point: `0.123`, `12:00:01.5`. */
function isDecimal(text: string, at: number): boolean {
  const before = /(?:^|[^\d.])\d+$/.test(text.slice(Math.max(0, at - 20), at + 1))
  const after = /^\d+(?![\d.]*\.\d)(?![A-Za-z-])/.test(text.slice(at + 2, at + 24))
  return before && after
}

/**
 * Makes what cannot be seen visible: control characters and those that turn the direction of writing become `\u{202E}`.
 * A hostile name then reads as what it is (traps of hostile content, delivery S4).
 */
export function visible(text: string): string {
  return text.replace(hidden, (character) => `\\u{${character.codePointAt(0)?.toString(16).toUpperCase()}}`)
}

// Control characters but tab and line feed; zero width; marks, embeddings, overrides and isolates of direction; BOM;
// tags; lone surrogates.
const hidden =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]|\p{Cs}/gu

/** @returns at most `max` characters, cut in the middle: of a hash both ends count. */
export function middleEllipsis(text: string, max: number): string {
  const characters = [...text]
  if (characters.length <= max) return text
  const head = Math.ceil((max - 1) * 0.6)
  return `${characters.slice(0, head).join('')}…${characters.slice(characters.length - (max - 1 - head)).join('')}`
}
