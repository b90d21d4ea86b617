import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv6 } from 'node:net'
import { test } from 'node:test'
import { KernelDrops } from './kernel-drops.ts'
import { until } from '../exchange-fixture.ts'

const program = new URL('./datagrams-fixture.ts', import.meta.url).pathname
const sent = 3_000

for (const { bound, to } of [
  { bound: '127.0.0.1', to: '127.0.0.1' },
  { bound: '0.0.0.0', to: '127.0.0.1' },
  { bound: '::1', to: '::1' },
  { bound: '::', to: '::1' },
])
  test(`delivery N6: what the kernel drops at ${bound} is what did not arrive`, async () => {
    const socket = createSocket({ type: isIPv6(bound) ? 'udp6' : 'udp4', recvBufferSize: 8_192 })
    let received = 0
    socket.on('message', () => received++)
    await once(socket.bind({ address: bound, port: 0 }), 'listening')
    const { port } = socket.address()
    const drops = await KernelDrops.of(bound, port)
    assert(drops !== undefined)
    // While the sender runs nobody reads here.
    execFileSync(process.execPath, [program, to, String(port), String(sent), '1000000'])
    let dropped = 0
    await until(async () => {
      const seen = await drops.look()
      dropped += seen.dropped
      return seen.waitingBytes === 0 && received + dropped >= sent
    }, 'all is read or counted')
    assert.equal(received + dropped, sent)
    assert.ok(dropped > 0 && received > 0)
    assert.deepEqual(await drops.look(), { dropped: 0, waitingBytes: 0 })
    socket.close()
  })

test('delivery N6: of a socket that is not ours there are no counters', async () => {
  assert.equal(await KernelDrops.of('127.0.0.1', 1), undefined)
})
