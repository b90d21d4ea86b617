// Reads a small body whole, bounded before it is kept.
import type { IncomingMessage } from 'node:http'
import { Fault } from '../../core/fault.ts'

/** @returns the body as latin1 text: what is read here is base64. Throws Fault `enrolment.request.large`. */
export async function readBody(request: IncomingMessage, bytesMax: number): Promise<string> {
  const large = new Fault('enrolment.request.large', { what: `The request is larger than ${bytesMax} bytes` })
  if (Number(request.headers['content-length'] ?? 0) > bytesMax) throw large
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of request.iterator({ destroyOnReturn: false })) {
    const buffer = Buffer.from(part)
    bytes += buffer.length
    if (bytes > bytesMax) throw large
    parts.push(buffer)
  }
  return Buffer.concat(parts).toString('latin1')
}
