import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { corpusPath, needsCorpus } from '../../../../test/corpus.ts'
import { organisationId } from '../../../core/ids.ts'
import { moduleContract } from '../module.contract.ts'
import { listFolder } from './list-folder.ts'
import { type DisposedList, listsType, openListsModule } from './lists-module.ts'
import { readList } from './read-list.ts'

const ask = { organisation: organisationId('here'), signal: new AbortController().signal }

function misp(type: string, list: readonly string[], attributes: readonly string[] = []): string {
  return JSON.stringify({ name: type, description: '', type, list, matching_attributes: attributes })
}

test('corpus misp-warninglists: each kind of list matches as its kind says, and speaks only of its attributes', () => {
  const cases: readonly (readonly [
    list: string,
    type: string,
    value: string,
    entry: string | undefined,
    why: string,
  ])[] = [
    [misp('string', ['Example.com']), 'domain', 'example.com', 'Example.com', 'case is folded'],
    [misp('string', ['example.com']), 'domain', 'www.example.com', undefined, 'string needs equality'],
    [misp('hostname', ['example.com']), 'domain', 'www.example.com', 'example.com', 'a name under an entry'],
    [misp('hostname', ['.example.com']), 'domain', 'example.com', '.example.com', 'a dot in front'],
    [misp('hostname', ['example.com']), 'domain', 'notexample.com', undefined, 'not a part of a label'],
    [misp('hostname', ['example.com']), 'url', 'https://a.example.com/x', 'example.com', 'the host of an address'],
    [misp('cidr', ['192.0.2.0/24']), 'ip', '192.0.2.9', '192.0.2.0/24', 'within'],
    [misp('cidr', ['192.0.2.0/24']), 'ip', '192.0.3.9', undefined, 'beside'],
    [misp('cidr', ['192.0.2.7']), 'ip', '192.0.2.7', '192.0.2.7', 'an address without length'],
    [misp('cidr', ['192.0.2.129/25']), 'ip', '192.0.2.200', '192.0.2.129/25', 'bits behind the length'],
    [misp('cidr', ['2001:db8::/33']), 'ipv6', '2001:db8:7fff::1', '2001:db8::/33', 'IPv6 within an odd length'],
    [misp('cidr', ['2001:db8::/33']), 'ipv6', '2001:db8:8000::1', undefined, 'IPv6 beside it'],
    [misp('cidr', ['0.0.0.0/0']), 'ipv6', '2001:db8::1', undefined, 'another family'],
    [misp('substring', ['/cdn-cgi/']), 'url', 'https://a.example/CDN-cgi/x', '/cdn-cgi/', 'part of the text'],
    [misp('regex', ['/^(a+)+$/']), 'domain', 'aaaa', undefined, 'patterns of others are not run'],
    [misp('string', ['192.0.2.1'], ['domain']), 'ip', '192.0.2.1', undefined, 'it speaks of domains only'],
    ['# ours\n10.0.0.0/8 # lab\nexample.org\n', 'ip', '10.1.2.3', '10.0.0.0/8', 'one value a line'],
    ['# ours\n10.0.0.0/8 # lab\nexample.org\n', 'domain', 'a.example.org', 'example.org', 'names with what is below'],
  ]
  for (const [list, type, value, entry, why] of cases)
    assert.equal(readList('x', list).match({ type, value })?.entry, entry, why)
  assert.equal(readList('x', misp('regex', ['/a/'])).unread, 1)
})

test('contract 4.5: what people list stands above all, an exact entry above modules, a wide one below them', async () => {
  await using up = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-lists-'))
  up.defer(() => rm(folder, { recursive: true, force: true }))
  await mkdir(join(folder, 'clean'))
  await mkdir(join(folder, 'common'))
  const failures: unknown[] = []
  const module = openListsModule(listFolder(folder, (error) => failures.push(error)))
  const observe = async (value: string) => {
    const answer = await module.observe({ observables: [{ type: 'ip', value }], networks: [] }, ask)
    assert.equal(answer.kind, 'documents')
    return (answer.docs['judgements'] ?? []).map(({ disposition, priority }) => [disposition, priority].join(' '))
  }
  assert.deepEqual(await observe('192.0.2.1'), [])
  await writeFile(join(folder, 'clean', 'ours.txt'), '192.0.2.1\n')
  await writeFile(join(folder, 'common', 'resolvers.json'), misp('cidr', ['192.0.2.1', '198.51.100.0/24']))
  await writeFile(join(folder, 'common', 'broken.json'), '{"list":')
  assert.deepEqual(await observe('192.0.2.1'), ['1 100', '4 95'])
  assert.deepEqual(await observe('198.51.100.9'), ['4 80'])
  assert.ok(failures.length > 0, 'the broken one is reported and takes nothing from the others')
  const verdicts = await module.deliberate({ observables: [{ type: 'ip', value: '192.0.2.1' }], networks: [] }, ask)
  assert.deepEqual(verdicts.kind === 'documents' && Object.keys(verdicts.docs), ['verdicts'])
})

test(
  'corpus misp-warninglists: all 125 lists are read, and only the regular expressions are left out',
  needsCorpus,
  async () => {
    const folder = corpusPath('intel/misp-warninglists')
    let [lists, entries, unread] = [0, 0, 0]
    for (const name of await readdir(folder)) {
      if (!name.endsWith('.json')) continue
      const list = readList(name, await readFile(join(folder, name), 'utf8'))
      lists++
      entries += list.entries
      unread += list.unread
    }
    assert.deepEqual({ lists, entries, unread }, { lists: 125, entries: 117_488, unread: 34 })
  },
)

const known = { type: 'ip', value: '203.0.113.7' }

/** @param count lists of the same networks: of the first every value is clean, of the others common */
function alike(count: number): readonly DisposedList[] {
  const entries = `${known.value}\n198.51.100.0/24`
  return Array.from({ length: count }, (_, index) => ({
    list: readList(`list-${index}`, entries),
    disposition: index === 0 ? 'clean' : 'common',
    since: 0,
  }))
}

moduleContract({
  type: listsType,
  known,
  async open(_up, source) {
    if (source.kind !== 'hangs') return openListsModule(async () => alike(source.kind === 'floods' ? 101 : 2))
    return openListsModule(async () => {
      source.reached()
      // Small files of its own disk: there is nothing to let go of.
      source.released()
      return await new Promise(() => undefined)
    })
  },
})

test('contract 2.5: where lists say more than may be kept, what weighs most is kept', async () => {
  const observables = Array.from({ length: 50 }, (_, index) => ({ type: 'ip', value: `198.51.100.${index}` }))
  const lists = alike(120).toReversed()
  const answer = await openListsModule(async () => lists).observe({ observables, networks: [] }, ask)
  assert(answer.kind === 'documents')
  const clean = (answer.docs['judgements'] ?? []).filter(({ disposition }) => disposition === 1)
  assert.equal(clean.length, observables.length)
})
