import 'reflect-metadata'
import assert from 'node:assert/strict'
import { webcrypto } from 'node:crypto'
import { get } from 'node:https'
import { connect, type AddressInfo } from 'node:net'
import { test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { PemConverter, X509CertificateGenerator } from '@peculiar/x509'
import { createTwoFacedServer, type HttpLimits, type TlsKeys } from './http.ts'

/** A self-signed certificate that only these tests see. */
async function certificate(name: string): Promise<TlsKeys> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const made = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    keys,
    signingAlgorithm: algorithm,
  })
  const key = PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY')
  return { key, cert: made.toString('pem') }
}

async function start(keys: TlsKeys | undefined, limits?: HttpLimits, slowAsked?: () => void) {
  const faces = createTwoFacedServer(
    (request, response) => {
      if (request.url === '/slow') return slowAsked?.()
      response.end('encrypted' in request.socket && request.socket.encrypted ? 'tls' : 'plain')
    },
    keys,
    limits,
  )
  await new Promise<void>((resolve) => faces.server.listen(0, '127.0.0.1', resolve))
  const address = faces.server.address()
  assert.ok(typeof address === 'object' && address !== null)
  return { ...faces, address, [Symbol.asyncDispose]: () => faces.drain(50) }
}

function overTls(port: number): Promise<{ body: string; subject: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ body: string; subject: string }>()
  get({ port, host: '127.0.0.1', path: '/', rejectUnauthorized: false, agent: false }, (response) => {
    const subject =
      'getPeerX509Certificate' in response.socket && typeof response.socket.getPeerX509Certificate === 'function'
        ? String(response.socket.getPeerX509Certificate()?.subject)
        : ''
    response.once('data', (chunk: Buffer) => resolve({ body: chunk.toString(), subject }))
  }).once('error', reject)
  return promise
}

/** Sends what it is given and resolves with what came back when the other side closes. */
function talk({ port }: AddressInfo, text: string | Buffer): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  let answer = ''
  const socket = connect(port, '127.0.0.1', () => socket.write(text))
  socket.on('data', (chunk: Buffer) => {
    answer += chunk.toString('latin1')
  })
  socket.on('error', () => undefined)
  socket.on('close', () => resolve(answer))
  return promise
}

test('DESIGN Ports: one port answers TLS and plain HTTP, also in many small pieces', async () => {
  await using two = await start(await certificate('one'))
  assert.equal((await overTls(two.address.port)).body, 'tls')
  const plain = await fetch(`http://127.0.0.1:${two.address.port}/`)
  assert.equal(await plain.text(), 'plain')
  const pieces = connect(two.address.port, '127.0.0.1')
  pieces.setNoDelay(true)
  for (const character of 'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n') {
    pieces.write(character)
    await new Promise(setImmediate)
  }
  let answer = ''
  for await (const chunk of pieces) answer += String(chunk)
  assert.match(answer, /plain$/)
})

test('security 1.6: a new certificate serves new connections while a live one goes on', async () => {
  await using two = await start(await certificate('one'))
  const live = connectTls({ port: two.address.port, host: '127.0.0.1', rejectUnauthorized: false })
  await new Promise((resolve) => live.once('secureConnect', resolve))
  two.renew(await certificate('two'))
  assert.equal((await overTls(two.address.port)).subject, 'CN=two')
  live.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
  const answer = await new Promise((resolve) => live.once('data', (chunk: Buffer) => resolve(chunk.toString())))
  assert.match(String(answer), /200 OK/)
  live.destroy()
})

test('security S20: who sends half a request is let go in time, over both', async () => {
  const limits = { headersTimeoutMs: 60, requestTimeoutMs: 80, checkEveryMs: 20 }
  await using two = await start(await certificate('one'), limits)
  assert.match(await talk(two.address, 'GET / HT'), /^HTTP\/1\.1 408/)
  const half = connectTls({ port: two.address.port, host: '127.0.0.1', rejectUnauthorized: false })
  half.write('GET / HT')
  half.on('error', () => undefined)
  half.resume()
  await new Promise((resolve) => half.once('close', resolve))
})

test('security S20: bytes that are neither, and TLS where there is none, close their socket and nothing else', async () => {
  await using plainOnly = await start(undefined)
  assert.equal(await talk(plainOnly.address, Buffer.from([0x16, 3, 1, 0, 5])), '')
  assert.match(await talk(plainOnly.address, Buffer.from([0, 1, 2, 3])), /^HTTP\/1\.1 400/)
  await using two = await start(await certificate('one'))
  await talk(two.address, Buffer.concat([Buffer.from([0x16, 3, 1, 0, 5]), Buffer.alloc(20, 0xff)]))
  assert.equal((await overTls(two.address.port)).body, 'tls')
})

test('style 3 Waiting: stopping ends idle and silent connections at once, and the others within the grace', async () => {
  const asked = Promise.withResolvers<void>()
  const two = await start(await certificate('one'), undefined, asked.resolve)
  const silent = connect(two.address.port, '127.0.0.1')
  const slow = talk(two.address, 'GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await new Promise((resolve) => silent.once('connect', resolve))
  await asked.promise
  const gone = new Promise((resolve) => silent.once('close', resolve))
  silent.resume()
  await two.drain(100)
  await gone
  assert.equal(await slow, '')
})
