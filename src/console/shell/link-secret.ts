// The secret of a one-time link, whichever part of it was pasted.

/** @returns the value of `link=` in it, else its last part. */
export function linkSecret(pasted: string): string {
  const text = pasted.trim()
  const named = /[?&#]link=([^&#\s]+)/.exec(text)?.[1]
  return named === undefined
    ? (text.split(/[/=]/).at(-1) ?? '')
    : decodeURIComponent(named.replace(/%(?![0-9a-f]{2})/gi, '%25'))
}
