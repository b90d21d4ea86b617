import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { Fault } from '../../core/fault.ts'
import { parseSource, parseSources, splitSources } from './source-argument.ts'
import { inputOf } from './source-config.ts'

const udp = { kind: 'syslog', transport: 'udp', format: 'auto' } as const

const meanings: readonly { readonly why: string; readonly text: string; readonly means: object }[] = [
  { why: 'a path', text: '/var/log/eve.json', means: { name: 'eve.json', path: '/var/log/eve.json', format: 'auto' } },
  {
    why: 'a path below here',
    text: 'eve.json',
    means: { name: 'eve.json', path: resolve('eve.json'), format: 'auto' },
  },
  { why: 'a path that holds a comma', text: '/a,b', means: { name: 'a,b', path: '/a,b', format: 'auto' } },
  {
    why: 'a socket',
    text: 'unix:/run/eve.sock',
    means: { kind: 'unix', name: 'eve.sock', path: '/run/eve.sock', format: 'auto' },
  },
  {
    why: 'a socket with format, name and group',
    text: 'unix:/run/eve.sock,suricata/eve,name=eve,group=117',
    means: { kind: 'unix', name: 'eve', path: '/run/eve.sock', format: 'suricata/eve', group: 117 },
  },
  {
    why: 'a listener on loopback',
    text: 'syslog+udp://:5514',
    means: { ...udp, name: 'syslog-udp-5514', address: '127.0.0.1', port: 5514 },
  },
  {
    why: 'a listener beyond it, by its address',
    text: 'syslog+udp://0.0.0.0:514,format=cisco/syslog',
    means: { ...udp, name: 'syslog-udp-514', format: 'cisco/syslog', address: '0.0.0.0', port: 514 },
  },
  {
    why: 'an address of version 6',
    text: 'syslog+tcp://[::1]:0',
    means: { ...udp, transport: 'tcp', name: 'syslog-tcp-0', address: '::1', port: 0 },
  },
  {
    why: 'TLS with the files of the operator',
    text: 'syslog+tls://127.0.0.1:6514,certificate=/c.pem,key=/k.pem,client-ca=/ca.pem',
    means: {
      ...udp,
      transport: 'tls',
      name: 'syslog-tls-6514',
      address: '127.0.0.1',
      port: 6514,
      certificate: '/c.pem',
      key: '/k.pem',
      clientCa: '/ca.pem',
    },
  },
]

const refusals: readonly { readonly text: string; readonly names: RegExp }[] = [
  { text: '', names: /is empty/ },
  { text: 'unix:run/eve.sock', names: /path must be absolute/ },
  { text: `unix:/${'x'.repeat(120)}`, names: /longer than the 107 bytes/ },
  { text: 'unix:/run/a.sock,zeek/tsv', names: /format/ },
  { text: 'unix:/run/a.sock,group=people', names: /group/ },
  { text: 'unix:/run/a.sock,colour=red', names: /no option "colour=red"/ },
  { text: 'unix:/run/a.sock,name=a,name=b', names: /option name twice/ },
  { text: 'syslog+udp://127.0.0.1', names: /is no syslog\+udp:\/\/ADDR:PORT/ },
  { text: 'syslog+udp://127.0.0.1:70000', names: /port/ },
  { text: 'syslog+udp://1.2.3:514', names: /address must be an IP address/ },
  { text: 'syslog+relp://127.0.0.1:514', names: /is no syslog\+udp/ },
  { text: 'syslog+udp://127.0.0.1:514,group=1', names: /no group/ },
  { text: 'syslog+tls://127.0.0.1:6514,certificate=/c.pem', names: /must have required properties key/ },
  { text: 'syslog+tls://127.0.0.1:6514,host=*.lab', names: /hosts/ },
  { text: 'syslog+tcp://127.0.0.1:514,host=edge.lab', names: /./ },
  { text: 'unix:/run/a.sock,host=edge.lab', names: /./ },
  { text: 'syslog+tcp://127.0.0.1:514,key=/k.pem', names: /./ },
]

test('sources: an argument means one source', () => {
  for (const { why, text, means } of meanings) assert.deepEqual(parseSource(text), means, why)
})

test('sources: an argument that means none says why', () => {
  for (const { text, names } of refusals)
    assert.throws(
      () => parseSource(text),
      (error) => error instanceof Fault && error.code === 'input.malformed' && names.test(error.what),
      text,
    )
})

test('sources: two with one base name have names of their own, one given twice is refused', () => {
  const [first, second] = parseSources(['/a/eve.json', '/b/eve.json'])
  assert.deepEqual([first?.name, second?.name], ['eve.json', '/b/eve.json'])
  assert.throws(() => parseSources(['/a/eve.json', '/b/eve.json', '/b/eve.json']), /stands twice/)
})

test('sources: a comma-joined list keeps options with their socket', () => {
  const list = '/a/eve.json,unix:/run/a.sock,suricata/eve,group=5,/b/conn.log,syslog+udp://:5514,auto'
  assert.deepEqual(splitSources(list), [
    '/a/eve.json',
    'unix:/run/a.sock,suricata/eve,group=5',
    '/b/conn.log',
    'syslog+udp://:5514,auto',
  ])
})

test('sources: what is shown of a source is what is typed', () => {
  for (const text of ['/a/eve.json', 'unix:/run/a.sock', 'syslog+tcp://[::1]:514', 'syslog+udp://127.0.0.1:5514'])
    assert.equal(inputOf(parseSource(text)), text)
})
