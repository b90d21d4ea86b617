// The products behind relays, on loopback: an HTTP proxy that leads every name, plain or TLS, to one answerer.
import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, connect } from 'node:net'
import { PemConverter, SubjectAlternativeNameExtension, X509CertificateGenerator } from '@peculiar/x509'

export type Upstream = AsyncDisposable & {
  /** `HOST:PORT` of TLS. */
  readonly host: string
  /** For HTTP_PROXY and HTTPS_PROXY. */
  readonly proxy: string
  /** What a client must trust. */
  readonly cert: string
}

const names = ['threatscore.cyberprotect.cloud']

export async function startUpstream(answer: (path: string, body: string) => object | undefined): Promise<Upstream> {
  const { key, cert } = await certificate()
  const answering = (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { pathname, search } = new URL(request.url ?? '/', 'http://upstream.example')
      const found = answer(pathname + search, Buffer.concat(chunks).toString())
      response.writeHead(found === undefined ? 404 : 200, { 'content-type': 'application/json' })
      response.end(JSON.stringify(found ?? { error: 'not found' }))
    })
  }
  await using up = new AsyncDisposableStack()
  const tls = createTlsServer({ key, cert }, answering)
  const tlsPort = await listen(up, tls)
  const proxy = createServer(answering)
  proxy.on('connect', (_request, socket) => {
    const there = connect(tlsPort, '127.0.0.1', () => socket.write('HTTP/1.1 200 Connection established\r\n\r\n'))
    for (const end of [socket, there]) end.on('error', () => [socket, there].forEach((one) => one.destroy()))
    socket.pipe(there).pipe(socket)
  })
  const proxyPort = await listen(up, proxy)
  const ends = up.move()
  return {
    host: `127.0.0.1:${tlsPort}`,
    proxy: `http://127.0.0.1:${proxyPort}`,
    cert,
    [Symbol.asyncDispose]: () => ends.disposeAsync(),
  }
}

async function listen(up: AsyncDisposableStack, server: Server): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  up.defer(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

async function certificate() {
  const signingAlgorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const keys = await webcrypto.subtle.generateKey(signingAlgorithm, true, ['sign', 'verify'])
  const all = [...names.map((value) => ({ type: 'dns', value }) as const), { type: 'ip', value: '127.0.0.1' } as const]
  const extensions = [new SubjectAlternativeNameExtension(all)]
  const made = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=upstream',
    keys,
    signingAlgorithm,
    extensions,
  })
  const key = PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY')
  return { key, cert: made.toString('pem') }
}
