import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { normalise } from '../core/observable.ts'
import { Evidence, flowOf, flowText, splitPort } from './evidence.ts'

const told = (evidence: Evidence): readonly string[] => evidence.observables.map((each) => `${each.type} ${each.value}`)

test('traps C1: words that stand for nothing are no observables', () => {
  const nothings = ['failed', 'unknown', '-', '(empty)', 'No Authentication Required', 'Not Found', 'Unavailable']
  const evidence = new Evidence()
  for (const word of [...nothings, 'Invalid ID', '0.0.0.0', '::', '', ' ']) {
    evidence.name(word)
    evidence.address(word)
    evidence.add('user', word)
    evidence.file(word)
    evidence.add('sha256', word)
  }
  assert.deepEqual(told(evidence), [])
})

test('traps C5: an address joins in every way of writing it, and stays itself when seen again', () => {
  const evidence = new Evidence()
  const first = evidence.address('2001:0db8:85a3:0000:0000:0000:0000:0001')
  assert.equal(evidence.address('2001:DB8:85a3::1'), first)
  assert.equal(evidence.address('::ffff:192.0.2.1'), evidence.address('192.0.2.1'))
  assert.deepEqual(told(evidence), ['ipv6 2001:db8:85a3::1', 'ip 192.0.2.1'])
})

test('traps C6: a name is an address, a domain or the name of a host', () => {
  const evidence = new Evidence()
  for (const name of [
    'WWW.Example.com.',
    '192.0.2.5',
    '2001:db8::5',
    'PC-1',
    '*.example.org',
    'a\x00b',
    '1.2.3',
    '.',
  ]) {
    evidence.name(name)
  }
  assert.deepEqual(told(evidence), [
    'domain www.example.com',
    'ip 192.0.2.5',
    'ipv6 2001:db8::5',
    'hostname pc-1',
    'domain example.org',
  ])
})

test('traps C5: a URL is one only where it parses', () => {
  const evidence = new Evidence()
  for (const text of ['/path', 'www.example.com:443', 'http://', 'http://a b/', 'http://[::1', 'mailto:a@b']) {
    assert.equal(evidence.url(text), undefined, text)
  }
  assert.equal(evidence.url('HTTP://Example.COM/A?B#C')?.value, 'http://example.com/A?B#C')
})

test('traps C5: observables and relations are distinct, also beyond the short lists', () => {
  const evidence = new Evidence()
  for (let round = 0; round < 2; round++) {
    for (let n = 0; n < 100; n++) {
      evidence.relate(evidence.address('192.0.2.1'), 'Connected_To', evidence.address(`198.51.100.${n}`))
    }
  }
  assert.equal(evidence.observables.length, 101)
  assert.equal(evidence.relations.length, 100)
  assert.equal(new Set(told(evidence)).size, 101)
})

test('traps C4: ports: 0 is none, ICMP has none, 0.0.0.0 is an end', () => {
  const ends = { source: '0.0.0.0', sourcePort: 68, target: '255.255.255.255', targetPort: 0, protocol: 'UDP' }
  assert.deepEqual(flowOf(ends), { source: '0.0.0.0', sourcePort: 68, target: '255.255.255.255', protocol: 'udp' })
  assert.equal(flowOf({ ...ends, protocol: 'IPv6-ICMP' }).sourcePort, undefined)
  assert.equal(flowOf({ ...ends, source: '0000:0000:0000:0000:0000:0000:0000:0000' }).source, '::')
  assert.equal(flowOf({ ...ends, source: 'rubbish', sourcePort: 70_000 }).sourcePort, undefined)
  assert.equal(flowText({ source: '2001:db8::1', sourcePort: 5 }), '[2001:db8::1]:5 → ?')
})

test('traps C5: host and port part in every form', () => {
  const cases = [
    ['a.example:80', 'a.example', 80],
    ['a.example', 'a.example', undefined],
    ['[2001:db8::1]:80', '2001:db8::1', 80],
    ['[2001:db8::1]', '2001:db8::1', undefined],
    ['2001:db8::1', '2001:db8::1', undefined],
    ['192.0.2.1:x', '192.0.2.1', undefined],
  ] as const
  for (const [text, host, port] of cases) assert.deepEqual(splitPort(text), { host, port }, text)
})

test('threat-response 4.6: a URL is one exactly where the parser takes it, whichever way it is decided', () => {
  const likely = /^https?:\/\/([a-z0-9-]{1,8}\.){1,3}[a-z0-9]{1,4}(:\d{1,5})?\/[\w./~%!$&'()*+,;=:@?#A-Z-]{0,12}$/
  fc.assert(
    fc.property(fc.stringMatching(likely), (text) => {
      const wanted = URL.canParse(text) ? normalise('url', text) : undefined
      assert.deepEqual(new Evidence().url(text), wanted)
    }),
    { numRuns: 2_000 },
  )
})
