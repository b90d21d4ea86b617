// The built console: its files as they are, and index.html for every other address of a page, so that a deep link
// works. The shell holds nothing secret and is open; what it shows comes from the API.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Fault } from '../../core/fault.ts'

const indexFile = 'index.html'

/** Everything from here and nothing inline: the console makes no style elements (security 6, V3). */
const policy = [
  "default-src 'self'",
  "img-src 'self' data: blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

/** Headers of every answer. */
export const safetyHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}

/**
 * Registers the files of `folder`.
 * @param folder the build; undefined or without index.html = there is no console, said as `console.missing`
 * @returns what answers an address that is no file and no route
 */
export async function serveConsole(
  app: FastifyInstance,
  folder: string | undefined,
): Promise<(request: FastifyRequest, reply: FastifyReply) => FastifyReply> {
  const index = folder === undefined ? undefined : join(folder, indexFile)
  const shell = (request: FastifyRequest, reply: FastifyReply) => {
    // A page of an older build that asks for its files must not get a page.
    if (request.url.startsWith('/assets/')) throw new Fault('route.unknown', { what: 'There is no such file' })
    if (index === undefined || !existsSync(index))
      throw new Fault('console.missing', { what: 'There is no console here' })
    return reply.header('cache-control', 'no-cache').type('text/html; charset=utf-8').send(readFileSync(index, 'utf8'))
  }
  app.get('/', { schema: { hide: true } }, shell)
  if (folder !== undefined && index !== undefined && existsSync(index)) await addFiles(app, folder)
  return shell
}

async function addFiles(app: FastifyInstance, folder: string): Promise<void> {
  await app.register(fastifyStatic, {
    root: folder,
    index: false,
    decorateReply: false,
    dotfiles: 'ignore',
    cacheControl: false,
    setHeaders: (reply, path) => {
      // Built files carry a hash of their content in their name.
      const hashed = /-[\w-]{8,}\.\w+$/.test(path)
      reply.header('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache')
    },
  })
}
