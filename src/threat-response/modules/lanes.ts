// Calls to one address by differently configured instances never overlap, for modules keep host and limits in
// process-wide state; calls with the same configuration go four at once (threat-response-contract 2.5).

const atOnceDefault = 4
/** An investigation asks three verbs in parts of 50; more waiting than this has a deadline that will not be kept. */
const waitingMax = 1_000

type Waiting = { readonly configuration: string; readonly start: () => void }
type Lane = { configuration: string; readonly atOnce: number; active: number; readonly waiting: Waiting[] }

export class Lanes {
  readonly #lanes = new Map<string, Lane>()
  readonly #atOnce: number

  constructor(atOnce = atOnceDefault) {
    this.#atOnce = atOnce
  }

  /**
   * Runs the work when its turn comes, in the order asked.
   * @returns undefined where the signal aborted before its turn, or too many wait
   */
  async run<T>(
    address: string,
    configuration: string,
    { signal, work }: { readonly signal: AbortSignal; readonly work: () => Promise<T> },
  ): Promise<T | undefined> {
    const lane = this.#lanes.get(address) ?? { configuration, atOnce: this.#atOnce, active: 0, waiting: [] }
    this.#lanes.set(address, lane)
    if (!(await turn(lane, configuration, signal))) return undefined
    try {
      return await work()
    } finally {
      lane.active--
      advance(lane)
      if (lane.active === 0 && lane.waiting.length === 0) this.#lanes.delete(address)
    }
  }
}

async function turn(lane: Lane, configuration: string, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted || lane.waiting.length >= waitingMax) return false
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const waiting: Waiting = { configuration, start: () => resolve(true) }
  const leave = () => {
    const at = lane.waiting.indexOf(waiting)
    if (at < 0) return
    lane.waiting.splice(at, 1)
    resolve(false)
    // Whoever stood behind may go together with those that run.
    advance(lane)
  }
  lane.waiting.push(waiting)
  signal.addEventListener('abort', leave)
  advance(lane)
  return await promise.finally(() => signal.removeEventListener('abort', leave))
}

function advance(lane: Lane): void {
  for (;;) {
    const [next] = lane.waiting
    if (next === undefined) return
    if (lane.active > 0 && (lane.configuration !== next.configuration || lane.active >= lane.atOnce)) return
    lane.waiting.shift()
    lane.configuration = next.configuration
    lane.active++
    next.start()
  }
}
