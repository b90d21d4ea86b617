import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { addTerm, anyOf, facetTerm, hasTerm, removeTerm, term } from './query-text.ts'

test('console, query: a value that is no single word of the language is quoted', () => {
  assert.equal(term('type', 'alert'), 'type:alert')
  assert.equal(term('ip', '10.0.0.0/8'), 'ip:10.0.0.0/8')
  assert.equal(term('type', 'connection start'), 'type:"connection start"')
  assert.equal(term('user', 'a"b\\c'), 'user:"a\\"b\\\\c"')
  assert.equal(term('domain', 'OR'), 'domain:"OR"')
  assert.equal(term('file_name', '*.exe'), 'file_name:"*.exe"')
})

test('console, query: a facet adds its term, takes the opposite away, and puts alternatives in brackets', () => {
  const cases = [
    ['', 'type:alert', 'type:alert'],
    ['type:alert', 'type:alert', 'type:alert'],
    ['-type:alert ip:192.0.2.1', 'type:alert', 'ip:192.0.2.1 type:alert'],
    ['type:alert', '-type:alert', '-type:alert'],
    ['a OR b', 'type:alert', '(a OR b) type:alert'],
    ['(a OR b) -(c d)', 'sid:1', '(a OR b) -(c d) sid:1'],
    ['type:"connection start"', 'type:"connection start"', 'type:"connection start"'],
  ] as const
  for (const [query, added, expected] of cases) assert.equal(addTerm(query, added), expected)
})

test('console, query: removing a term leaves what stands in brackets and the rest as typed', () => {
  assert.equal(removeTerm('type:alert (type:alert OR b) x', 'type:alert'), '(type:alert OR b) x')
  assert.equal(removeTerm('a OR type:alert', 'type:alert'), 'a OR type:alert')
  assert.equal(hasTerm('(type:alert)', 'type:alert'), false)
  assert.equal(hasTerm('NOT type:alert', 'type:alert'), false)
  assert.equal(removeTerm('NOT type:alert x', 'type:alert'), 'NOT type:alert x')
})

test('console, query: what was added is found, and removing it gives the query back', () => {
  const word = fc.stringMatching(/^[a-z]{1,6}$/)
  fc.assert(
    fc.property(fc.uniqueArray(word, { maxLength: 5 }), fc.string({ minLength: 1 }), (words, value) => {
      const query = words.join(' ')
      const added = term('user', value)
      const grown = addTerm(query, added)
      return hasTerm(grown, added) && removeTerm(grown, added) === query
    }),
  )
})

test('console, query: a facet of which only the beginning is known asks for the beginning', () => {
  assert.equal(facetTerm('url', 'https://a.example/…'), 'url:https://a.example/*')
  assert.equal(facetTerm('user_agent', 'Mozilla/5.0 (X11…'), 'user_agent:"Mozilla/5.0 (X11"*')
  assert.equal(facetTerm('type', 'alert'), 'type:alert')
})

test('console, query: a pivot on several values asks for any of them', () => {
  const ip = { type: 'ip', value: '203.0.113.7' }
  assert.equal(anyOf([ip]), 'ip:203.0.113.7')
  assert.equal(anyOf([ip, { type: 'domain', value: 'x.example' }]), '(ip:203.0.113.7 OR domain:x.example)')
  assert.equal(anyOf([]), '')
})
