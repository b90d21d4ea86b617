// Says live results politely to a screen reader, at most one sentence in 5 s (console-and-cli 8).
import { useSyncExternalStore } from 'react'

const everyMs = 5_000

let said = ''
let saidAt = Number.NEGATIVE_INFINITY
let waiting: ReturnType<typeof setTimeout> | undefined
const listeners = new Set<() => void>()

/** Says the sentence, now or when 5 s have passed since the last; a later one replaces one that waits. */
export function announce(sentence: string): void {
  clearTimeout(waiting)
  waiting = setTimeout(
    () => {
      said = sentence
      saidAt = performance.now()
      for (const listener of listeners) listener()
    },
    Math.max(0, saidAt + everyMs - performance.now()),
  )
}

export function Announcer() {
  const sentence = useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => said,
  )
  return (
    <div className="visually-hidden" role="status" aria-live="polite">
      {sentence}
    </div>
  )
}
