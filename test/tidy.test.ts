import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codeOnly, isTestFile, type SourceFile, sourceFiles } from './source-tree.ts'
import { bannedNames, bannedWords, longFiles, SOURCE_LINES_MAX, TEST_LINES_MAX } from './tidy-rules.ts'

const files = sourceFiles('src', 'test', 'bench')
const source = (path: string, text: string): SourceFile => ({ path, text, imports: [], isTest: isTestFile(path) })

/** @returns `file:line word: use replacement` for each banned word outside its home */
function wordFaults(of: readonly SourceFile[]): readonly string[] {
  return of.flatMap((file) => {
    const code = codeOnly(file.text)
    return bannedWords
      .filter(({ tests, homes }) => (tests || !file.isTest) && !homes.some((home) => file.path.startsWith(home)))
      .flatMap(({ word, pattern, instead }) =>
        [...code.matchAll(pattern)].map(({ index }) => `${file.path}:${lineOf(code, index)} ${word}: ${instead}`),
      )
  })
}

function lineOf(text: string, index: number): number {
  return text.slice(0, index).split('\n').length
}

test('tidy: what has one home is used nowhere else', () => {
  const known = bannedWords.flatMap(({ word, exceptions }) => exceptions.map(({ file }) => ({ word, file })))
  const faults = wordFaults(files)
  const unknown = faults.filter(
    (fault) => !known.some(({ word, file }) => fault.startsWith(`${file}:`) && fault.includes(` ${word}: `)),
  )
  assert.deepEqual(unknown, [])
  for (const { word, file } of known)
    assert.ok(
      faults.some((fault) => fault.startsWith(`${file}:`) && fault.includes(` ${word}: `)),
      `${file} needs no exception for ${word} any more`,
    )
})

test('tidy: the rules see their word and nothing else', () => {
  const seen = (text: string, path = 'src/server/x.ts'): number => wordFaults([source(path, text)]).length
  assert.equal(seen('const at = Date.now()'), 1)
  assert.equal(seen('const at = clock.now() // not Date.now()'), 0)
  assert.equal(seen("const text = 'Date.now()'"), 0)
  assert.equal(seen('const text = `console.log(1)`'), 0)
  assert.equal(seen('/* Math.random() */ const a = /[/]console\\.log/g'), 0)
  assert.equal(seen('throw new Error(text)'), 1)
  assert.equal(seen('throw new TypeError(text)'), 0)
  assert.equal(seen('setTimeout(f, 5)'), 1)
  assert.equal(seen('socket.setTimeout(5)'), 0)
  assert.equal(seen('process.exit(1)'), 1)
  assert.equal(seen('process.exitCode = 1'), 0)
  assert.equal(seen('export default {}'), 1)
  assert.equal(seen('throw new Error(text)', 'src/platform/x.ts'), 0)
  assert.equal(seen('test.only(1)', 'src/x.test.ts'), 1)
  assert.equal(seen('const at = Date.now()', 'src/x.test.ts'), 0)
})

test('tidy: files are named by their subject, in kebab-case, at most three folders deep', () => {
  const named = /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.(?:test|property\.test|contract|worker|process|soak))?\.tsx?$/
  const faults = files.flatMap(({ path }) => {
    const name = path.slice(path.lastIndexOf('/') + 1)
    const stem = name.replace(/\..*$/, '')
    if (!named.test(name)) return [`${path}: kebab-case`]
    if (bannedNames.some((banned) => banned.test(stem))) return [`${path}: name it by what it holds`]
    return path.startsWith('src/') && path.split('/').length > 5 ? [`${path}: too deep`] : []
  })
  assert.deepEqual(faults, [])
  for (const name of ['util', 'string-helpers', 'common', 'misc', 'index', 'types', 'spool-v2', 'enhanced-spool'])
    assert.ok(
      bannedNames.some((banned) => banned.test(name)),
      name,
    )
})

test('tidy: a file begins with what it is for', () => {
  const faults = files.filter(
    ({ path, text }) => !/\.test\.tsx?$/.test(path) && !/^(?:#![^\n]*\n)?(?:\/\/|\/\*\*)/.test(text),
  )
  assert.deepEqual(
    faults.map(({ path }) => path),
    [],
  )
})

test('tidy: no file grows beyond what is read at once; the longer ones only shrink', () => {
  const lengths = new Map(files.map(({ path, text }) => [path, text.trimEnd().split('\n').length]))
  const limit = (path: string): number => longFiles[path] ?? (isTestFile(path) ? TEST_LINES_MAX : SOURCE_LINES_MAX)
  const long = [...lengths]
    .filter(([path, lines]) => lines > limit(path))
    .map(([path, lines]) => `${path}: ${lines} of ${limit(path)} lines`)
  assert.deepEqual(long, [])
  for (const [path, most] of Object.entries(longFiles))
    assert.equal(
      lengths.get(path),
      most,
      `${path} is another length now: lower or remove its entry in test/tidy-rules.ts`,
    )
})

/** What delivery.md numbers, by letter. */
const deliveryIds: Readonly<Record<string, number>> = { N: 8, S: 11, H: 4, C: 12, J: 7, L: 4, D: 31 }

function unknownIds(name: string): readonly string[] {
  const cited = [...name.matchAll(/\bdelivery ((?:[A-Z]\d+)(?:(?:, | and |–|-)[A-Z]\d+)*)/g)].flatMap(
    (match) => (match[1] ?? '').match(/[A-Z]\d+/g) ?? [],
  )
  return cited.filter((id) => {
    const last = deliveryIds[id.charAt(0)]
    return last === undefined || Number(id.slice(1)) < 1 || Number(id.slice(1)) > last
  })
}

/** @returns the names of tests in a text */
function testNames(text: string): readonly string[] {
  return [...text.matchAll(/^\s*(?:await )?(?:t\.)?test\(\s*(['`])((?:(?!\1)[^\\\n]|\\.)*)\1/gm)].map(
    (match) => match[2] ?? '',
  )
}

test('tidy: no text names an id of delivery.md that does not exist', () => {
  const faults = files.flatMap(({ path, text }) => unknownIds(text).map((id) => `${path} ${id}`))
  assert.deepEqual(
    faults.filter((fault) => !fault.startsWith('test/tidy.test.ts ')),
    [],
  )
  assert.deepEqual(unknownIds('delivery S12, J8 and N0'), ['S12', 'J8', 'N0'])
  assert.deepEqual(unknownIds('delivery S5–S7, security S26 delivery D31'), [])
})

test('tidy: a test is named id, colon, property', () => {
  const faults = files.flatMap(({ path, text }) =>
    testNames(text)
      .filter((name) => !/^(?:[^:]+: \S|\$\{)/.test(name))
      .map((name) => `${path}: ${name}`),
  )
  assert.deepEqual(faults, [])
  assert.deepEqual(testNames("test('delivery S5: x', () => {})\n  await t.test(`a`, f)"), ['delivery S5: x', 'a'])
})

test('tidy: nothing is put off without a number, and no checker is silenced without its reason', () => {
  const faults = files.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) => {
      const putOff = /\/\/.*\b(?:TODO|FIXME|XXX|HACK)\b(?!\(#\d+\))/.test(line)
      const silenced = /(?:oxlint|eslint|biome)-(?:disable|ignore)|@ts-(?:ignore|expect-error|nocheck)/.test(line)
      const explained = /(?:--|: ).{10,}$/.test(line.slice(line.search(/(?:oxlint|eslint|biome)-|@ts-/)))
      return putOff || (silenced && !explained) ? [`${path}:${index + 1} ${line.trim()}`] : []
    }),
  )
  assert.deepEqual(
    faults.filter((fault) => !fault.startsWith('test/tidy')),
    [],
  )
})
