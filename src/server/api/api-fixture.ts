// What the tests of the API share: an API with ports in memory, and ways to ask it.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { organisationId } from '../../core/ids.ts'
import { systemClock } from '../../platform/clock.ts'
import { openLog } from '../../platform/log.ts'
import type { ApiOptions, ListenOptions } from './api.ts'
import { memoryPorts } from './ports-memory.ts'

export const ownerKey = 'owner-key-of-192-bits-in-base64url'
export const bearer = { authorization: `Bearer ${ownerKey}` }

export function options(changes: Partial<ApiOptions & ListenOptions> = {}) {
  return {
    ports: memoryPorts(),
    ownerKey,
    organisation: organisationId('default'),
    consoleFolder: undefined,
    clock: systemClock,
    log: openLog('api-test', join(scratch(), 'api.log')),
    listen: { host: '127.0.0.1', port: 0 },
    ...changes,
  }
}

const folders: string[] = []
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-api-'))
  folders.push(folder)
  return folder
}
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** Any header, also those that fetch does not let one set. */
export function raw(url: string, init: { method?: string; headers?: Record<string, string>; body?: string } = {}) {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; headers: object; body: string }>()
  const sent = httpRequest(url, { method: init.method ?? 'GET', headers: init.headers ?? {} }, (response) => {
    const chunks: Buffer[] = []
    response.on('data', (chunk: Buffer) => chunks.push(chunk))
    response.on('end', () =>
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        body: Buffer.concat(chunks).toString(),
      }),
    )
  })
  sent.on('error', reject)
  sent.end(init.body)
  return promise
}

export async function codeOf(response: Response): Promise<string> {
  assert.match(response.headers.get('content-type') ?? '', /^application\/problem\+json/)
  const body: unknown = await response.json()
  assert.ok(typeof body === 'object' && body !== null && 'code' in body && 'remedy' in body)
  return String(body.code)
}
