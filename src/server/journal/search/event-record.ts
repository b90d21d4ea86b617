// Makes events of positions: the raw line byte for byte out of its block, and what today's parser reads in it.
import { isUtf8 } from 'node:buffer'
import type { EventRecord } from '../../../wire/api/events.ts'
import { blockHeadBytes, type BlockHeader, type EventsHeader, unpackLines } from '../../../wire/block-format.ts'
import type { BlockStore, StoredBlock } from '../blocks/block-store.ts'
import type { EventPosition } from '../index/event-index.ts'
import { contextOf, type FormatNamed, readLine } from '../index/read-block.ts'

/** A block opened to take lines from. Its chain is not walked again here: `ledger verify` does that. */
export type OpenedBlock = {
  readonly header: EventsHeader
  readonly device: string
  /** The lines, newline-joined; or why they cannot be had. */
  readonly lines: Buffer | string
}

/** @returns undefined where the block holds no events */
export function openBlock(stored: StoredBlock): OpenedBlock | undefined {
  const { bytes } = stored
  const end = blockHeadBytes + bytes.readUInt32LE(4)
  let header: BlockHeader
  try {
    header = JSON.parse(bytes.toString('utf8', blockHeadBytes, end))
  } catch {
    return undefined
  }
  if (header.kind !== 'events') return undefined
  try {
    return { header, device: stored.device, lines: unpackLines(header, bytes.subarray(end)) }
  } catch (error) {
    const reason = `the block cannot be unpacked: ${error instanceof Error ? error.message : String(error)}`
    return { header, device: stored.device, lines: reason }
  }
}

/** @returns the events at these positions in this order, without those that have expired meanwhile. */
export async function recordsAt(
  store: BlockStore,
  organisation: string,
  positions: readonly EventPosition[],
  formatNamed: FormatNamed,
): Promise<EventRecord[]> {
  return (await placedRecordsAt(store, organisation, positions, formatNamed)).map(({ record }) => record)
}

/** An event with its place, and when its block arrived at the exchange. */
export type PlacedRecord = {
  readonly position: EventPosition
  readonly storedAt: number
  readonly record: EventRecord
}

/** @returns the same, each with its place. */
export async function placedRecordsAt(
  store: BlockStore,
  organisation: string,
  positions: readonly EventPosition[],
  formatNamed: FormatNamed,
): Promise<PlacedRecord[]> {
  const records: PlacedRecord[] = []
  let opened: OpenedBlock | undefined
  let storedAt = 0
  let before: EventPosition | undefined
  for (const position of positions) {
    // Positions come in order of arrival: those of one block stand together.
    if (position.day !== before?.day || position.ordinal !== before.ordinal) {
      const [stored] = await store.at(organisation, [position])
      opened = stored === undefined ? undefined : openBlock(stored)
      storedAt = stored?.arrivedAt ?? 0
    }
    before = position
    if (opened !== undefined)
      records.push({ position, storedAt, record: recordOf(opened, position.index, formatNamed) })
  }
  return records
}

/** @param index of the line in the block */
export function recordOf(block: OpenedBlock, index: number, formatNamed: FormatNamed): EventRecord {
  const { header, device, lines } = block
  const common = {
    id: `${header.stream}:${header.first + index}`,
    device,
    source: header.source,
    format: header.format,
    arrivedAt: header.from,
  }
  const line = typeof lines === 'string' ? lines : lineAt(lines, header.count, index)
  if (typeof line === 'string')
    return { ...common, raw: '', body: { kind: 'quarantined', reason: line, at: header.from } }
  const raw = line.toString('utf8')
  const exact = isUtf8(line) ? {} : { rawBase64: line.toString('base64') }
  const event = readLine(raw, formatNamed(header.format), contextOf(header, 'everything'))
  if (event.kind === 'quarantined')
    return { ...common, raw, ...exact, body: { kind: 'quarantined', reason: event.reason, at: header.from } }
  return { ...common, raw, ...exact, body: event }
}

/** Walks to one line; a block whose lines are not as many as its header counts is quarantined whole. */
function lineAt(lines: Buffer, count: number, index: number): Buffer | string {
  let begin = 0
  for (let line = 0; line < index; line++) {
    const end = lines.indexOf(10, begin)
    if (end < 0) return `the block cannot be unpacked: ${line + 1} lines where the header counts ${count}`
    begin = end + 1
  }
  const end = lines.indexOf(10, begin)
  return lines.subarray(begin, end < 0 ? lines.length : end)
}
