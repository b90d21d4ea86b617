// The device in the foreground, as `device run` and `device enrol` leave it: until Ctrl-C.
import type { DeviceRequest, RunningDevice } from './ports.ts'
import type { Session } from './session.ts'
import { styled, printable, say } from './terminal.ts'
import { late, sayDeaths, untilCancelled } from './until-cancelled.ts'
import { suggest } from './suggest.ts'

export type RunOptions = Pick<DeviceRequest, 'data' | 'local'> & {
  /** Says when the first event was received; after so many seconds without one, why not. */
  readonly firstEventWithinS?: number
}

/** Resolves at Ctrl-C, when both processes have ended. */
export async function runInForeground(session: Session, options: RunOptions): Promise<void> {
  const { ports, terminal, signal } = session
  const { data, local, firstEventWithinS } = options
  await using device = await ports.device.run({ data, local, onDeath: sayDeaths(terminal), signal })
  say(terminal, `device     ${device.device}`)
  say(terminal, `local API  http://${device.local}/v1/contexts/default`)
  const running = untilCancelled(signal)
  if (firstEventWithinS !== undefined) await Promise.race([running, tellFirstEvent(device)])
  await suggest(session, { data }, ['device status', 'in another terminal'])
  await running

  async function tellFirstEvent({ firstEvent, whyNone }: RunningDevice): Promise<void> {
    const received = firstEvent.then((ms) => say(terminal, `first event received, ${(ms / 1000).toFixed(1)} s`))
    if ((await Promise.race([received, late((firstEventWithinS ?? 0) * 1000)])) !== 'late') return
    const reasons = await whyNone()
    say(terminal, `no event received in ${firstEventWithinS} s`)
    for (const { code, what, remedy } of reasons) {
      say(terminal, `${styled('yellow', 'why:', terminal.stderr)}   ${printable(what)} [${code}]`)
      say(terminal, `fix:   ${printable(remedy)}`)
    }
    say(terminal, 'It goes on: what sensors write is kept, and sent as soon as it can be.')
  }
}
