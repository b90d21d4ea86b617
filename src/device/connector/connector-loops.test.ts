import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '../../platform/clock.ts'
import { everyMinuteDetached } from './connector-loops.ts'
import { logLine } from './connector-log.ts'

test('original-system B11: nobody at the socket is said once and then every minute, in the words of the original', async () => {
  const lines: string[] = []
  let now = 0
  const waits: number[] = []
  const waited = Promise.withResolvers<void>()
  {
    await using _loop = everyMinuteDetached({
      channel: { eventHandler: undefined },
      path: '/nowhere/EventHandler_SSEConnector.sock',
      clock: {
        ...systemClock,
        async sleep(ms, signal) {
          now += ms
          waits.push(now)
          if (waits.length < 6) return
          waited.resolve()
          await systemClock.sleep(60_000, signal)
        },
      },
      log: { write: (level, place, text) => void lines.push(logLine(0, level, `[h][f:1 ${place}] ${text}`)) },
    })
    await waited.promise
  }
  assert.deepEqual(waits, [5_000, 60_000, 65_000, 120_000, 125_000, 180_000])
  assert.equal(lines.length, 3)
  const said = String.raw`service:Start] Could not connect to ZeroMQ PUSH endpoint: could not dial to \"ipc:///nowhere/EventHandler_SSEConnector.sock\": dial unix /nowhere/EventHandler_SSEConnector.sock: connect: no such file or directory\n"`
  assert.equal(lines[0]?.slice(lines[0].indexOf('service:Start')), `${said}\n`)
})
