// Sends datagrams at a rate, as a process of its own: address, port, count and rate a second are its arguments. It prints
// how many the kernel took, and in how many ms.
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv6 } from 'node:net'
import { systemClock } from '../../../platform/clock.ts'

const [address = '', ...numbers] = process.argv.slice(2)
const [port = 0, count = 0, rate = 0] = numbers.map(Number)
const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4')
socket.connect(port, address)
await once(socket, 'connect')
const began = systemClock.monotonic()
let taken = 0
let asked = 0
let waiting = count
const answered = Promise.withResolvers<void>()
while (asked < count) {
  const due = Math.min(count, Math.ceil(((systemClock.monotonic() - began) / 1_000) * rate))
  for (; asked < due; asked++)
    socket.send(
      `<166>Nov 24 10:00:00 fw %FTD-6-430003: SrcIP: 192.0.2.1, DstIP: 198.51.100.7, n: ${asked}`,
      (error) => {
        if (error === null) taken++
        if (--waiting === 0) answered.resolve()
      },
    )
  await systemClock.sleep(1)
}
await answered.promise
process.stdout.write(JSON.stringify({ taken, ms: Math.round(systemClock.monotonic() - began) }))
socket.close()
