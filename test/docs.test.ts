import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { codes, retired } from '../src/core/codes.ts'
import { generatedPages } from './generated-pages.ts'
import { root, sourceFiles } from './source-tree.ts'

const pages = globSync(['*.md', 'docs/**/*.md', 'changelog.d/*.md', 'src/**/README.md'], { cwd: root }).sort()
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

test('docs: the generated pages are what the sources say (mend: npm run docs)', async () => {
  for (const { path, text } of await generatedPages()) {
    assert.ok(existsSync(join(root, path)), `${path} is missing; run: npm run docs`)
    assert.equal(read(path), text, `${path} is not what the sources say; run: npm run docs`)
  }
})

test('docs: every code has its entry, and every entry is a code', () => {
  const page = read('docs/reference/codes.md')
  const entries = [...page.matchAll(/^### (\S+)$/gm)].map((match) => match[1] ?? '')
  assert.deepEqual(new Set(entries), new Set(Object.keys(codes)))
  assert.equal(entries.length, Object.keys(codes).length)
  for (const [code, { cause, remedy }] of Object.entries(codes)) {
    assert.match(code, /^(?:[a-z]+(?:\.[a-z]+){1,2}|internal)$/, `${code}: layer[.thing].cause`)
    assert.ok(cause.length > 0 && !cause.endsWith('.'), `${code}: a cause has no full stop`)
    assert.ok(/[.)]$/.test(remedy), `${code}: a remedy is a sentence`)
    assert.ok(!Object.hasOwn(retired, code), `${code} is retired: a code is never used again`)
  }
})

test('docs: every page of a code is of a code', () => {
  const named = globSync('docs/codes/*.md', { cwd: root }).map((path) =>
    path.slice('docs/codes/'.length, -'.md'.length),
  )
  assert.deepEqual(new Set(named), new Set(Object.keys(codes)))
})

test('docs: every code that the sources raise is in the catalogue’s form and known', () => {
  const raised = sourceFiles('src').flatMap(({ path, text }) =>
    [...text.matchAll(/new Fault\(\s*'([^']+)'/g)].map((match) => ({ path, code: match[1] ?? '' })),
  )
  assert.ok(raised.length > 20)
  assert.deepEqual(
    raised.filter(({ code }) => !Object.hasOwn(codes, code)),
    [],
  )
})

test('docs: every link between pages leads to a page, and every anchor to a heading', () => {
  const faults = pages.flatMap((page) =>
    [
      ...read(page)
        .replace(/```[\s\S]*?```/g, '')
        .matchAll(/\]\(([^)\s]+)\)/g),
    ].flatMap((match) => {
      const [target = '', anchor] = (match[1] ?? '').split('#')
      if (/^[a-z]+:/.test(target)) return []
      const file = target === '' ? page : join(dirname(page), target)
      if (!existsSync(join(root, file))) return [`${page}: ${match[1]}`]
      return anchor === undefined || headingsOf(read(file)).has(anchor) ? [] : [`${page}: no heading for ${match[1]}`]
    }),
  )
  assert.deepEqual(faults, [])
  assert.deepEqual([...headingsOf('# A b\n\n## C `d` e, f\n')], ['a-b', 'c-d-e-f'])
})

test('docs: every file that a page names exists', () => {
  const faults = pages.flatMap((page) =>
    [...read(page).matchAll(/`((?:src|test|docs|bench|bin|changelog\.d)\/[\w./*{},-]*)`/g)].flatMap((match) => {
      const path = match[1] ?? ''
      return globSync(path.endsWith('/') ? path.slice(0, -1) : path, { cwd: root }).length > 0
        ? []
        : [`${page}: ${path}`]
    }),
  )
  assert.deepEqual(faults, [])
})

test('docs: every file of the road stands where ARCHITECTURE.md says', () => {
  const rows = read('ARCHITECTURE.md')
    .split('\n')
    .filter((line) => /^\| \d+ \|/.test(line))
  assert.equal(rows.length, 13)
  let folder = ''
  for (const row of rows) {
    for (const [, name = ''] of (row.split('|')[3] ?? '').matchAll(/`([\w./*-]+)`/g)) {
      if (!/[./]/.test(name)) continue // a function
      const path = name.startsWith('src/') ? name : folder + name
      assert.ok(existsSync(join(root, path)), `row ${row.slice(2, 4)}: ${path}`)
      // A name without folder stands in the folder of the first file of its row, or of the row before.
      if (row.indexOf(name) === row.search(/`src\//) + 1 && /^src\/(?:device|server)\//.test(path))
        folder = path.slice(0, path.lastIndexOf('/') + 1)
      if (path.startsWith('src/threat-response/')) folder = 'src/threat-response/'
    }
  }
})

/** The anchors of a page as they are shown on a forge. */
function headingsOf(text: string): ReadonlySet<string> {
  const headings = [...text.matchAll(/^#{1,6} (.+)$/gm)].map((match) => match[1] ?? '')
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .trim()
        .replaceAll(' ', '-'),
    ),
  )
}

test('docs: what the pages tell to type exists', () => {
  const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Record<string, string> }
  const told = pages.flatMap((page) =>
    [...read(page).matchAll(/\bnpm (?:run )?([a-z][\w:-]*)/g)].map((match) => ({ page, script: match[1] ?? '' })),
  )
  const npm = new Set(['ci', 'install', 'i', 'run', 'pack', 'registry', 'package', 'packages', 'scripts'])
  assert.deepEqual(
    told.filter(({ script }) => !Object.hasOwn(scripts, script) && !npm.has(script)),
    [],
  )
})

test('docs: every part says in at most 15 lines what it is', () => {
  const folders = new Set(
    sourceFiles('src').map(({ path }) =>
      path
        .split('/')
        .slice(0, /^src\/(?:device|server)\//.test(path) ? 3 : 2)
        .join('/'),
    ),
  )
  const faults = [...folders].flatMap((folder) => {
    const page = `${folder}/README.md`
    if (!existsSync(join(root, page))) return [`${page} is missing`]
    const lines = read(page).trimEnd().split('\n').length
    return lines > 15 ? [`${page}: ${lines} lines`] : []
  })
  assert.deepEqual(faults, [])
})

test('docs: decisions are numbered without gap and dated', () => {
  const names = globSync('docs/decisions/*.md', { cwd: root }).sort()
  names.forEach((name, index) => {
    assert.match(name, new RegExp(`/${String(index + 1).padStart(4, '0')}-[a-z0-9-]+\\.md$`))
    assert.match(read(name), /^# .+\n\n20\d\d-\d\d-\d\d\n/, `${name}: title, then the date`)
  })
  assert.ok(names.length > 0)
})
