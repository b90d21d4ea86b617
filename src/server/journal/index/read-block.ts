// Reads one stored block for the index: unpacks, parses each line once, makes its terms (delivery J5). A line no parser
// understands is quarantined, a block that cannot be unpacked whole: one bad line never touches its neighbours.
import { isAscii } from 'node:buffer'
import type { SensorEvent } from '../../../core/event.ts'
import type { ReadContext, SensorFormat } from '../../../sensors/format.ts'
import {
  blockHeadBytes,
  type BlockHeader,
  checkBlock,
  type EventsHeader,
  splitLines,
  unpackLines,
} from '../../../wire/block-format.ts'
import type { BlockStore, StoredBlock } from '../blocks/block-store.ts'
import { type IndexedBlock, type Input, severityCodes } from './event-index.ts'
import { timesOf } from './event-times.ts'
import { blockTerms, documentSeparator, eventTerms, quarantinedTerms } from './terms.ts'

export type FormatNamed = (name: string) => SensorFormat | undefined

/** What was read in a line, or why nothing was. */
export type ReadEvent = SensorEvent | { readonly kind: 'quarantined'; readonly reason: string }

/** Blocks of a day: behind one ordinal, up to another. */
export type BlockRange = { readonly day: string; readonly after: number; readonly through: number }

/** @returns the blocks of a range as the index takes them; fewer where some are not held any more. */
export async function readRange(
  store: BlockStore,
  organisation: string,
  { day, after, through }: BlockRange,
  formatNamed: FormatNamed,
): Promise<IndexedBlock[]> {
  const read: IndexedBlock[] = []
  for (let ordinal = after; ordinal < through; ) {
    // Large blocks come a few at a time: the store bounds what it gives by bytes.
    const stored = await store.read(organisation, { day, ordinal }, through - ordinal)
    const ours = stored.filter((block) => block.day === day && block.ordinal <= through)
    for (const block of ours) read.push(readBlock(block, formatNamed))
    if (ours.length < stored.length || ours.length === 0) break
    ordinal = ours.at(-1)?.ordinal ?? through
  }
  return read
}

/** @returns the block as the index takes it; whatever its bytes are. */
export function readBlock(stored: StoredBlock, formatNamed: FormatNamed): IndexedBlock {
  const header = checkBlock(stored.bytes)
  if (header.kind === 'bad-block') return damaged(stored)
  const common = {
    ordinal: stored.ordinal,
    stream: header.stream,
    block: header.block,
    first: header.first,
    device: stored.device,
    source: header.source,
    arrivedAt: stored.arrivedAt,
    from: header.kind === 'open' ? stored.arrivedAt : header.from,
    to: header.kind === 'open' ? stored.arrivedAt : header.to,
    input: inputOf(header),
  }
  if (header.kind !== 'events') {
    const loss = header.kind === 'loss' ? { cause: header.cause, count: header.count } : null
    return { ...common, ...nothing, minAt: common.from, maxAt: common.to, loss }
  }
  const notSelected = Object.values(header.notSelected ?? {}).reduce((sum, count) => sum + count, 0)
  return {
    ...common,
    ...readLines(
      header,
      linesOf(header, stored.bytes.subarray(blockHeadBytes + stored.bytes.readUInt32LE(4))),
      formatNamed,
      stored.device,
    ),
    ignored: header.ignored ?? 0,
    notSelected,
    loss: null,
  }
}

/** @returns the lines of a block as text, or why it cannot be unpacked. */
export function linesOf(header: EventsHeader, payload: Buffer): readonly string[] | string {
  try {
    const raw = unpackLines(header, payload)
    // Nearly every block: decoded and parted at once, not line by line. Never where one character would double its size (performance 9).
    const lines = isAscii(raw) ? raw.toString('latin1').split('\n') : []
    return lines.length === header.count ? lines : splitLines(raw, header.count).map((line) => line.toString('utf8'))
  } catch (error) {
    return `the block cannot be unpacked: ${error instanceof Error ? error.message : String(error)}`
  }
}

/** Reads one line as its format does; total, whatever a parser does. */
export function readLine(line: string, format: SensorFormat | undefined, context: ReadContext): ReadEvent {
  if (format === undefined) return { kind: 'quarantined', reason: 'no parser for this format' }
  try {
    const read = format.read(line, context)
    return read.kind === 'event' ? read : { kind: 'quarantined', reason: read.reason }
  } catch (error) {
    return {
      kind: 'quarantined',
      reason: `the parser failed: ${error instanceof Error ? error.message : String(error)}`,
    }
  }
}

/** @returns what a parser must know beside the lines of this block. */
export function contextOf(header: EventsHeader, wanted: ReadContext['wanted']): ReadContext {
  return {
    wanted,
    arrivedAt: header.from,
    fileName: header.position.kind === 'file' ? header.position.name : '',
    context: header.context ?? '',
    zoneMinutes: header.zone ?? 0,
  }
}

const nothing = {
  documents: '',
  count: 0,
  times: new Uint8Array(),
  types: new Map<string, number>(),
  quarantined: [],
  signatures: new Map<string, string>(),
  ignored: 0,
  notSelected: 0,
}

function readLines(header: EventsHeader, lines: readonly string[] | string, formatNamed: FormatNamed, device: string) {
  const format = formatNamed(header.format)
  const context = contextOf(header, 'index')
  const shared = blockTerms(device, header.source)
  let documents = ''
  const times: number[] = []
  const severities: number[] = []
  const types = new Map<string, number>()
  const quarantined: { index: number; reason: string }[] = []
  const signatures = new Map<string, string>()
  for (let index = 0; index < header.count; index++) {
    if (index > 0) documents += documentSeparator
    const line = typeof lines === 'string' ? undefined : lines[index]
    const event: ReadEvent =
      line === undefined ? { kind: 'quarantined', reason: String(lines) } : readLine(line, format, context)
    if (event.kind === 'quarantined') {
      documents += quarantinedTerms(shared)
      times.push(header.from)
      severities.push(severityCodes.unknown)
      quarantined.push({ index, reason: event.reason })
      continue
    }
    documents += eventTerms(event, shared)
    times.push(Number.isSafeInteger(event.at) ? event.at : header.from)
    severities.push(severityCodes[event.severity])
    types.set(event.type, (types.get(event.type) ?? 0) + 1)
    if (event.signature !== undefined) signatures.set(event.signature.id, event.signature.name)
  }
  return {
    documents,
    ...timesOf(times, severities, header),
    types,
    quarantined,
    signatures,
  }
}

function inputOf(header: BlockHeader): Input {
  if (header.position.kind === 'socket') return { generation: 0, length: 0, sha256: '' }
  const { generation, fingerprint } = header.position
  return { generation, length: fingerprint.length, sha256: fingerprint.sha256 }
}

/** Bytes that were a block when they were committed and are none now: nothing of it can be named. */
function damaged(stored: StoredBlock): IndexedBlock {
  return {
    ...nothing,
    ordinal: stored.ordinal,
    stream: '',
    block: 0,
    first: 0,
    device: stored.device,
    source: '',
    arrivedAt: stored.arrivedAt,
    from: stored.arrivedAt,
    to: stored.arrivedAt,
    minAt: stored.arrivedAt,
    maxAt: stored.arrivedAt,
    input: { generation: 0, length: 0, sha256: '' },
    loss: null,
  }
}
