// How far long work is: a bar on a terminal, now and then a plain line elsewhere; always on stderr (issue 8.9).
import { type Clock, systemClock } from '../platform/clock.ts'
import { cut } from './table.ts'
import { say, type Terminal } from './terminal.ts'

export type Progress = Disposable & {
  /** @param total undefined while unknown */
  update(done: number, total?: number): void
}

/** Quicker than people read costs time and shows nothing. */
const barEveryMs = 100
/** A log file wants to know that it lives, no more. */
const lineEveryMs = 5_000
const barWidth = 24

/**
 * @param label what is under way, `Reading eve.json`
 * @param unit what is counted, `events`
 */
export function startProgress(terminal: Terminal, label: string, unit: string, clock: Clock = systemClock): Progress {
  const bar = terminal.stderr.isTTY === true
  const every = bar ? barEveryMs : lineEveryMs
  const startedAt = clock.monotonic()
  let shownAt = bar ? Number.NEGATIVE_INFINITY : startedAt
  let shown = false
  return {
    update(done, total) {
      const now = clock.monotonic()
      if (now - shownAt < every) return
      shownAt = now
      shown = true
      const text = `${label}  ${counted(done, total, unit)}${left(done, total, now - startedAt)}`
      if (!bar) say(terminal, text)
      else terminal.stderr.write(`\r${cut(`${drawn(done, total)}${text}`, terminal.stderr.columns ?? 80)}\u001b[K`)
    },
    [Symbol.dispose]() {
      if (bar && shown) terminal.stderr.write('\r\u001b[K')
    },
  }
}

/** @returns a count as people read it */
export function thousands(count: number): string {
  return count.toLocaleString('en-US')
}

function counted(done: number, total: number | undefined, unit: string): string {
  return total === undefined ? `${thousands(done)} ${unit}` : `${thousands(done)} of ${thousands(total)} ${unit}`
}

function drawn(done: number, total: number | undefined): string {
  if (total === undefined || total <= 0) return ''
  const share = Math.min(1, done / total)
  const full = Math.round(share * barWidth)
  return `[${'#'.repeat(full)}${'.'.repeat(barWidth - full)}] ${String(Math.floor(share * 100)).padStart(3)} %  `
}

function left(done: number, total: number | undefined, passedMs: number): string {
  if (total === undefined || done <= 0 || done >= total || passedMs < 2_000) return ''
  const seconds = Math.ceil(((total - done) / done) * (passedMs / 1_000))
  return seconds < 90 ? `, ${seconds} s left` : `, ${Math.ceil(seconds / 60)} min left`
}
