// Takes secrets out of what is handed to others (console-and-cli 10, "Doctor" 6): those of this machine by their value,
// those of others by their shape. What is no text holds none.

const gone = '[removed]'
/** Shorter ones would take ordinary words with them. */
const secretCharactersMin = 8

/** Each leaves what says where it stood. */
const shapes: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, gone],
  [/\bspt\d+_[A-Za-z0-9_-]+/g, gone],
  [/\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*/g, gone],
  [/\b(Basic|Bearer)\s+[A-Za-z0-9._~+/=-]+/gi, `$1 ${gone}`],
  // Up to the last @: a password may hold one, and a slash that somebody forgot to escape.
  [/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s"'<>]*@/gi, `$1${gone}@`],
  [/^(\s*proxy\s*[=: ]\s*)\S*@/gim, `$1${gone}@`],
  [/#link=[A-Za-z0-9_-]+/g, `#link=${gone}`],
  [
    /((?:password|passwd|passphrase|secret|token|api[_-]?key|authorization|cookie)[\w-]*\\?["']?\s*[:=]\s*\\?["']?)(?!\[removed\]|(?:Basic|Bearer) )[^\s"'\\,;}&]+/gi,
    `$1${gone}`,
  ],
]

export type Redact = (text: string) => string

/** @param secrets known values, taken out wherever they stand, also as they are written in a URL or in JSON */
export function redactor(secrets: readonly string[]): Redact {
  const forms = secrets.flatMap((secret) =>
    secret.length < secretCharactersMin
      ? []
      : [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)],
  )
  const known = [...new Set(forms)].toSorted((a, b) => b.length - a.length)
  return (text) => {
    let clean = text
    for (const secret of known) clean = clean.replaceAll(secret, gone)
    for (const [shape, instead] of shapes) clean = clean.replace(shape, instead)
    return clean
  }
}

/** @returns the value with every text in it redacted, names of members too */
export function redacted(value: unknown, redact: Redact): unknown {
  if (typeof value === 'string') return redact(value)
  if (Array.isArray(value)) return value.map((item) => redacted(item, redact))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [redact(name), redacted(member, redact)]))
}
