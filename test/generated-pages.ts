// Pages that are written by a program: what stands in the sources is not told twice by hand.
import { codes, retired } from '../src/core/codes.ts'
import { deviceClosure, deviceClosurePage } from './device-closure.ts'
import { sourceFiles } from './source-tree.ts'

export type Page = { readonly path: string; readonly text: string }

export function generatedPages(): readonly Page[] {
  return [
    { path: 'docs/reference/codes.md', text: codesPage() },
    { path: 'docs/device-closure.txt', text: deviceClosurePage(deviceClosure(sourceFiles('src'))) },
  ]
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
