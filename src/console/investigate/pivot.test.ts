import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { GraphNode } from '../../wire/api/investigations.ts'
import { nodesQuery, nodeValue, pivotQuery } from './pivot.ts'

const node = (kind: GraphNode['kind'], type: string, id: string, label: string): GraphNode => ({
  id,
  kind,
  type,
  label,
  seed: false,
  severity: 'low',
  count: 1,
  disposition: null,
  sources: [],
})
const url = node('observable', 'url', 'url:https://evil.example/a?b=1', 'https://evil.example/a…')

test('console 9: a node becomes the query for its events, with the whole value and not its label', () => {
  assert.equal(nodeValue(url), 'https://evil.example/a?b=1')
  assert.equal(nodesQuery([url]), 'url:https://evil.example/a?b=1')
  assert.equal(
    nodesQuery([url, node('device', 'device', 'device:fw 1', 'Firewall one')]),
    '(url:https://evil.example/a?b=1 OR device:"fw 1")',
  )
  assert.equal(nodesQuery([node('signature', 'suricata', 'signature:suricata:1:2001219', 'SCAN')]), 'sid:1:2001219')
  assert.equal(nodesQuery([node('observable', 'network', 'ip:10.0.0.0/8', '10.0.0.0/8')]), 'ip:10.0.0.0/8')
  assert.equal(nodesQuery([]), '')
})

test('console 9: a network given as CIDR is asked for as a whole, once', () => {
  const observables = [
    { type: 'ip', value: '203.0.113.0' },
    { type: 'domain', value: 'x.example' },
  ] as const
  assert.equal(pivotQuery({ observables, networks: ['203.0.113.0/24'] }), '(ip:203.0.113.0/24 OR domain:x.example)')
  assert.equal(pivotQuery({ observables: [], networks: [] }), '')
})
