// Certificate requests: what is taken, what is refused and why; and that no altered request is ever believed.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Fault } from '../../core/fault.ts'
import { checkRequest } from './csr.ts'

type Case = { readonly why: string; readonly code: string; readonly csr: string }

/** One case a line, made with openssl; `code` empty = taken. */
const cases: readonly Case[] = readFileSync(join(import.meta.dirname, 'csr-cases.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line))

for (const { why, code, csr } of cases)
  test(`security 1.4: ${why} → ${code || 'taken'}`, () => assert.equal(codeOf(csr), code))

const good = cases[0]?.csr ?? ''

test('security 1.2: line breaks, blanks and PEM armour are tolerated', () => {
  const lines = good.replace(/(.{64})/g, '$1\r\n\t ')
  for (const name of ['CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST'])
    assert.equal(codeOf(`-----BEGIN ${name}-----\n${lines}\n-----END ${name}-----\n`), '')
  assert.equal(codeOf(lines), '')
})

test('security 1.4: a request nested 4,000 deep is refused, not a crash', () => {
  let nest = Buffer.alloc(0)
  while (nest.length < 12_000) nest = Buffer.concat([header(nest.length), nest])
  assert.equal(codeOf(nest.toString('base64')), 'enrolment.csr.malformed')
})

/** Every mutation must be refused; the seed is printed on failure. */
const mutations = 6_000

test(`security S22: of ${mutations} altered requests none is taken, none crashes, in bounded time`, {
  timeout: 60_000,
}, () => {
  const seed = 20_261_124
  const random = randomOf(seed)
  const sources = cases.filter(({ code }) => code === '').map(({ csr }) => Buffer.from(csr, 'base64'))
  const seen = new Map<string, number>()
  let slowest = 0
  for (let i = 0; i < mutations; i++) {
    const source = sources[i % sources.length] ?? Buffer.alloc(0)
    const mutant = mutate(source, random)
    if (sources.some((original) => original.equals(mutant))) continue
    const began = performance.now()
    const code = codeOf(mutant.toString('base64'))
    slowest = Math.max(slowest, performance.now() - began)
    assert.notEqual(code, '', `seed ${seed}, mutation ${i} was taken: ${mutant.toString('base64')}`)
    seen.set(code, (seen.get(code) ?? 0) + 1)
  }
  // Mutations reach every layer of the checks, or they prove little.
  for (const code of ['enrolment.csr.malformed', 'enrolment.csr.signature', 'enrolment.key.weak'])
    assert((seen.get(code) ?? 0) > mutations / 100, `${code}: ${seen.get(code)}`)
  assert(slowest < 1_000, `one took ${slowest} ms`)
})

test('security S22: random bytes and random base64 are refused', () => {
  const random = randomOf(7)
  for (let i = 0; i < 500; i++) {
    const bytes = Buffer.from(Array.from({ length: Math.floor(random() * 400) }, () => Math.floor(random() * 256)))
    assert.notEqual(codeOf(bytes.toString('base64')), '')
    assert.notEqual(codeOf(bytes.toString('latin1')), '')
    if (bytes.length > 4 && bytes.length < 128) {
      bytes.set([0x30, bytes.length - 2])
      assert.notEqual(codeOf(bytes.toString('base64')), '')
    }
  }
})

/** Bit flips, bytes set, cut out, doubled, inserted; half of them keep the outer length right, to get further in. */
function mutate(source: Buffer, random: () => number): Buffer {
  const bytes = Buffer.from(source)
  const at = Math.floor(random() * bytes.length)
  const length = 1 + Math.floor(random() * 8)
  switch (Math.floor(random() * 6)) {
    case 0:
    case 1:
      bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8))
      return bytes
    case 2:
      bytes[at] = Math.floor(random() * 256)
      return bytes
    case 3:
      return framed(Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]))
    case 4:
      return framed(Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]))
    default:
      return Buffer.concat([bytes, bytes.subarray(0, length)])
  }
}

/** Writes the right length into the outer header, so that the alteration is met further inside. */
function framed(bytes: Buffer): Buffer {
  const content = bytes.subarray(bytes[1] === 0x82 ? 4 : 3)
  return Buffer.concat([header(content.length), content])
}

function header(length: number): Buffer {
  if (length < 0x80) return Buffer.from([0x30, length])
  if (length < 0x100) return Buffer.from([0x30, 0x81, length])
  return Buffer.from([0x30, 0x82, length >> 8, length & 0xff])
}

function codeOf(body: string): string {
  try {
    checkRequest(body)
    return ''
  } catch (error) {
    assert(error instanceof Fault, `not a Fault: ${String(error)}`)
    return error.code
  }
}

/** Mulberry32: the same numbers for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}
