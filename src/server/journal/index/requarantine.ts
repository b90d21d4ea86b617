// Reads quarantined events again with the parsers of today; what is understood now takes its place among the events
// (delivery J5).
import { setImmediate as turn } from 'node:timers/promises'
import type { Requarantined } from '../../../wire/api/events.ts'
import { decodeBlock, isBlock } from '../../../wire/block-format.ts'
import { type EventIndex, type EventPosition, type Quarantined, type Recovered, severityCodes } from './event-index.ts'
import type { BlockStore } from '../blocks/block-store.ts'
import { contextOf, type FormatNamed, linesOf, readLine } from './read-block.ts'
import { blockTerms, eventTerms, quarantinedTerms } from './terms.ts'

type Parts = { readonly store: BlockStore; readonly index: EventIndex; readonly formatNamed: FormatNamed }

const eventsPerBatch = 1_024

/** @param progress hears how many were read so far */
export async function requarantine(
  parts: Parts,
  organisation: string,
  signal: AbortSignal,
  progress: (done: number) => void,
): Promise<Requarantined> {
  let read = 0
  let recovered = 0
  let after: EventPosition | null = null
  for (;;) {
    signal.throwIfAborted()
    const events: readonly Quarantined[] = await parts.index.quarantine.list(organisation, after, eventsPerBatch)
    const last = events.at(-1)
    if (last === undefined) return { v: 1, read, recovered }
    after = last
    for (const [day, ofDay] of Map.groupBy(events, (event) => event.day)) {
      const known = await readAgain(parts, organisation, ofDay)
      if (known.length > 0) await parts.index.quarantine.recover(organisation, day, known)
      recovered += known.length
    }
    read += events.length
    progress(read)
    await turn()
  }
}

async function readAgain(parts: Parts, organisation: string, events: readonly Quarantined[]): Promise<Recovered[]> {
  const recovered: Recovered[] = []
  for (const ofBlock of Map.groupBy(events, (event) => event.ordinal).values()) {
    const [stored] = await parts.store.at(organisation, ofBlock.slice(0, 1))
    const block = stored === undefined ? undefined : decodeBlock(stored.bytes)
    if (block === undefined || !isBlock(block) || block.header.kind !== 'events') continue
    const lines = linesOf(block.header, block.payload)
    if (typeof lines === 'string') continue
    const format = parts.formatNamed(block.header.format)
    for (const { day, ordinal, index, device, source } of ofBlock) {
      const line = lines[index]
      const event = line === undefined ? undefined : readLine(line, format, contextOf(block.header, 'index'))
      if (event?.kind !== 'event') continue
      const shared = blockTerms(device, source)
      recovered.push({
        day,
        ordinal,
        index,
        oldTerms: quarantinedTerms(shared),
        terms: eventTerms(event, shared),
        at: Number.isSafeInteger(event.at) ? event.at : block.header.from,
        severity: severityCodes[event.severity],
        type: event.type,
        signature: event.signature === undefined ? null : [event.signature.id, event.signature.name],
      })
    }
  }
  return recovered
}
