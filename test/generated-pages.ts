// Pages that are written by a program: what stands in the sources is not told twice by hand.
import type { CodeEntry } from '../src/core/code-entry.ts'
import { codes, isCode, retired } from '../src/core/codes.ts'
import { explanations } from '../src/core/explanations.ts'
import { deviceClosure, deviceClosurePage } from './device-closure.ts'
import { cliReference } from '../src/cli/reference.ts'
import { testSession } from '../src/cli/session-fake.ts'
import { sourceFiles } from './source-tree.ts'

export type Page = { readonly path: string; readonly text: string }

export async function generatedPages(): Promise<readonly Page[]> {
  return [
    { path: 'docs/reference/cli.md', text: await cliReference(testSession().session) },
    { path: 'docs/reference/codes.md', text: codesPage() },
    ...Object.entries(codes).map(([code, entry]) => ({ path: `docs/codes/${code}.md`, text: codePage(code, entry) })),
    { path: 'docs/device-closure.txt', text: deviceClosurePage(deviceClosure(sourceFiles('src'))) },
  ]
}

/** What `doctor explain` prints, as a page. */
function codePage(code: string, { cause, remedy }: CodeEntry): string {
  const more = isCode(code) ? explanations[code] : undefined
  return [
    `# ${code}`,
    '',
    'Written by `npm run docs`; `sallyport doctor explain` prints it.',
    '',
    `${cause}.`,
    '',
    ...(more === undefined ? [] : [more, '']),
    `Remedy: ${remedy}`,
    '',
  ].join('\n')
}

/** One entry a code, in groups by layer, so that `codes.md#tls-pin-mismatch` leads to it. */
function codesPage(): string {
  const layers = new Map<string, string[]>()
  for (const [code, { cause, remedy }] of Object.entries(codes)) {
    const layer = code.split('.')[0] ?? code
    const entry = [`### ${code}`, '', `${cause}.`, '', `Remedy: ${remedy}`, '']
    layers.set(layer, [...(layers.get(layer) ?? []), ...entry])
  }
  const gone = Object.entries(retired).map(([code, version]) => `- ${code}: ended with ${version}`)
  return [
    '# Codes',
    '',
    'Written from `src/core/codes.ts` by `npm run docs`. Every fault, check and warning has one code, for ever: the API',
    'answers it as `code`, the command line prints it, logs carry it. The form is `layer[.thing].cause`.',
    '',
    ...[...layers].flatMap(([layer, entries]) => [`## ${layer}`, '', ...entries]),
    '## Retired',
    '',
    ...(gone.length > 0 ? gone : ['None. A code that ends is listed here and never used again.']),
    '',
  ].join('\n')
}
