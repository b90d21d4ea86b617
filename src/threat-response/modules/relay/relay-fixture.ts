// A relay module for tests: real HTTP on loopback, answers as told, keeps what it was asked.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { systemClock } from '../../../platform/clock.ts'
import { Lanes } from '../lanes.ts'
import type { Module } from '../module.ts'
import { openRelay, type RelayInstance, type RelayNeeds } from './relay-module.ts'
import { readRelaySettings } from './relay-type.ts'

export type StubRequest = { readonly path: string; readonly authorization: string | undefined; readonly body: unknown }

/** A body to answer with, or whatever the test does with the response. */
export type StubAnswer = object | ((request: IncomingMessage, response: ServerResponse, body: string) => void)

export type RelayStub = AsyncDisposable & {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  readonly requests: readonly StubRequest[]
}

/** @param answers by path; another path is a 404 as Flask writes it */
export async function startRelayStub(answers: Readonly<Record<string, StubAnswer>>): Promise<RelayStub> {
  const requests: StubRequest[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString()
      const path = request.url ?? ''
      requests.push({
        path,
        authorization: request.headers.authorization,
        body: text === '' ? undefined : JSON.parse(text),
      })
      const answer = answers[path]
      if (typeof answer === 'function') answer(request, response, text)
      else if (answer === undefined) response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>Not Found</h1>')
      else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const toLoopback: RelayNeeds['resolve'] = async () => [{ address: '127.0.0.1', family: 4 }]

/** A relay at an address, asked without a signed token. Every name leads to loopback. */
export function relayAt(
  url: string,
  {
    settings = {},
    reach = ['loopback'],
    secrets = [],
  }: { readonly settings?: object } & Partial<Pick<RelayInstance, 'reach' | 'secrets'>> = {},
): Module {
  const signingKey = {
    kid: 'none',
    get privateKey(): never {
      throw new TypeError('nobody signs here')
    },
  }
  const needs = { lanes: new Lanes(), clock: systemClock, resolve: toLoopback, jwksHost: () => 'x', signingKey }
  return openRelay({ settings: readRelaySettings({ url, ...settings }), reach, secrets }, needs)
}
