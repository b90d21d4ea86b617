import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiProblem, problemOf, queryString } from './ask.ts'

test('console API: absent and empty parameters are left out of the address, all others encoded', () => {
  assert.equal(queryString({ q: '', since: undefined }), '')
  assert.equal(queryString({ q: 'a&b=c d', limit: 0 }), '?q=a%26b%3Dc+d&limit=0')
})

test('console API: whatever is thrown can be shown with code, detail and remedy', () => {
  const problem = { type: 't', title: 'x', status: 400, code: 'query.malformed', detail: 'd', remedy: 'r' }
  assert.equal(problemOf(new ApiProblem(problem)), problem)
  const other = problemOf(new TypeError('x is not a function'))
  assert.match(other.detail, /x is not a function/)
  assert.ok(other.code !== '' && other.remedy !== '')
})
