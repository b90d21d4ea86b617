// Takes secrets out of texts that a module wrote: it may repeat what it was sent, as it is or as it stands in an address
// (threat-response-contract 2.4).
import { secretPlaceholder } from '../../../wire/api/modules.ts'

/** What is shorter stands by chance inside of words: it is taken out only where it is one by itself. */
const anywhereFrom = 6
/** No text of a module is cut to less (read-answer.ts). */
const cutFrom = 100

/** @returns what takes the secrets out of a text */
export function hideSecrets(secrets: readonly string[]): (text: string) => string {
  const forms = secrets.flatMap((secret) => [secret, encodeURIComponent(secret.toWellFormed())])
  // The longest first: what is left of it when a part was taken out would be no secret any more.
  const distinct = [...new Set(forms)].filter((form) => form !== '').toSorted((a, b) => b.length - a.length)
  const hidden = distinct.map((form) => ({ form, places: placesOf(form) }))
  return (text) =>
    hidden.reduce((rest, { form, places }) => withoutBeginning(rest.replace(places, secretPlaceholder), form), text)
}

function placesOf(form: string): RegExp {
  const literal = RegExp.escape(form)
  if (form.length >= anywhereFrom) return new RegExp(literal, 'g')
  const before = /^[\p{L}\p{N}]/u.test(form) ? String.raw`(?<![\p{L}\p{N}])` : ''
  const after = /[\p{L}\p{N}]$/u.test(form) ? String.raw`(?![\p{L}\p{N}])` : ''
  return new RegExp(before + literal + after, 'gu')
}

/** A text that was cut to its length may end in the middle of a secret. */
function withoutBeginning(text: string, form: string): string {
  if (text.length < cutFrom) return text
  const least = Math.min(anywhereFrom, form.length - 1)
  for (let length = form.length - 1; length >= least && length > 0; length--)
    if (text.endsWith(form.slice(0, length))) return text.slice(0, -length) + secretPlaceholder
  return text
}
