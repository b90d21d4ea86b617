// The secret of a one-time link, whichever part of it was pasted.

/** @returns the value of `link=` in it, else its last part. */
export function linkSecret(pasted: string): string {
  const text = pasted.trim()
  return named(text) ?? text.split(/[/=]/).at(-1) ?? ''
}

/** @param fragment of the address, with or without its `#` @returns the secret in it, else an empty string */
export function secretOfFragment(fragment: string): string {
  return named(`#${fragment.replace(/^#/, '')}`) ?? ''
}

function named(text: string): string | undefined {
  const value = /[?&#]link=([^&#\s]+)/.exec(text)?.[1]
  return value === undefined ? undefined : decodeURIComponent(value.replace(/%(?![0-9a-f]{2})/gi, '%25'))
}
