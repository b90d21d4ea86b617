// Work that is asked for more often than it can be done: begun at once, never twice at the same time, and once more where
// it was asked for meanwhile. A reading that takes long is not begun anew by each event, or it would never end.

export type OneAtATime = {
  readonly ask: () => void
  /** What was asked for and has not begun does not begin any more. */
  readonly end: () => void
}

/** @param restMs between the end of one and the beginning of the next */
export function oneAtATime(work: () => Promise<unknown>, restMs: number): OneAtATime {
  let [busy, again, ended] = [false, false, false]
  const ask = () => {
    again = !ended
    if (busy || ended) return
    busy = true
    again = false
    const rest = () =>
      setTimeout(() => {
        busy = false
        if (again) ask()
      }, restMs)
    void work().then(rest, rest)
  }
  return {
    ask,
    end() {
      ended = true
      again = false
    },
  }
}
