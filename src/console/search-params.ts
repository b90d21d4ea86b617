// The part of an address after `?`, as plain text both ways: a query or pasted text stands there as it is, and `123`
// is no number (console-and-cli rule 14).

export type SearchParams = Readonly<Record<string, string | readonly string[]>>

/** @returns each name with its text, or its texts where it stands there more than once. */
export function parseSearch(search: string): SearchParams {
  const parameters = new URLSearchParams(search)
  return Object.fromEntries(
    [...new Set(parameters.keys())].map((name) => {
      const values = parameters.getAll(name)
      return [name, values.length > 1 ? values : (values[0] ?? '')]
    }),
  )
}

/** @returns `?a=b&a=c`, or '' where nothing is set. */
export function stringifySearch(search: Readonly<Record<string, unknown>>): string {
  const pairs = Object.entries(search).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value])
      .filter((one) => one !== undefined && one !== null && one !== '')
      .map((one): [string, string] => [name, String(one)]),
  )
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs)}`
}
