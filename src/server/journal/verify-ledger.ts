// `ledger verify` (delivery L3): recomputes everything from the stored blocks alone, walks every chain, checks the
// signature of every checkpoint, and names the first block that does not hold.
import { createPublicKey, type KeyObject, verify, X509Certificate } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import type { LedgerVerification } from '../../wire/api/ledger.ts'
import { type Block, decodeBlock, isBlock, nextSequence, noHash } from '../../wire/block-format.ts'
import type { Checkpoint } from './committing.ts'
import type { BlockPosition, BlockStore, StoredBlock, StoreLedger } from './block-store.ts'
import { linesOf } from './read-block.ts'
import type { StreamRecord } from './stream-record.ts'

const blocksPerRead = 64

type Broken = NonNullable<LedgerVerification['broken']>
/** What was seen of one block of a stream: enough to fit it to its neighbours. */
type Seen = { readonly hash: string; readonly prev: string; readonly first: number; readonly next: number }

/** @param progress hears how many blocks were read so far */
export async function verifyLedger(
  store: BlockStore,
  organisation: string,
  signal: AbortSignal,
  progress: (done: number) => void,
): Promise<LedgerVerification> {
  const ledger = await store.ledger(organisation, 'checkpoints')
  const seen = new Map<string, Map<number, Seen>>()
  let broken: Broken | null = null
  let blocks = 0
  let events = 0
  let after: BlockPosition | null = null
  for (;;) {
    const batch: readonly StoredBlock[] = await store.read(organisation, after, blocksPerRead)
    const last = batch.at(-1)
    if (last === undefined) break
    after = last
    for (const stored of batch) {
      const block = decodeBlock(stored.bytes)
      blocks++
      if (!isBlock(block)) {
        broken ??= {
          stream: '',
          block: stored.ordinal,
          reason: `block ${stored.ordinal} of ${stored.day}: ${block.reason}`,
        }
        continue
      }
      events += nextSequence(block.header) - block.header.first
      broken ??= see(seen, block)
    }
    progress(blocks)
    await turn()
    signal.throwIfAborted()
  }
  // What has arrived since the records were read is not theirs to explain: the walk ends at the heads they name.
  for (const { record } of ledger.streams) broken ??= walk(record, seen.get(record.stream), ledger)
  broken ??= countsFault(ledger, seen)
  const checkpoints = checkpointsOf(ledger, seen)
  broken ??= checkpoints.broken
  const { verified, pending, unverifiable, withdrawn } = checkpoints
  return {
    v: 1,
    holds: broken === null,
    blocks,
    events,
    streams: ledger.streams.length,
    checkpoints: { verified, pending, unverifiable, withdrawn },
    broken,
  }
}

function see(seen: Map<string, Map<number, Seen>>, block: Block): Broken | null {
  const { header, hash } = block
  const stream = seen.get(header.stream) ?? new Map<number, Seen>()
  seen.set(header.stream, stream)
  if (stream.has(header.block)) return { stream: header.stream, block: header.block, reason: 'stored twice' }
  stream.set(header.block, { hash, prev: header.prev, first: header.first, next: nextSequence(header) })
  // A block that cannot be unpacked is quarantined whole, with its bytes: it holds as evidence of what was sent.
  if (header.kind === 'events') linesOf(header, block.payload)
  return null
}

/** Walks one chain from where the expired days ended; a declared hole is the only break. */
function walk(record: StreamRecord, seen: ReadonlyMap<number, Seen> | undefined, ledger: StoreLedger): Broken | null {
  const { stream } = record
  const boundary = ledger.boundaries.find((each) => each.stream === stream)
  let before = boundary === undefined ? { hash: noHash, next: 1 } : { hash: boundary.hash, next: boundary.sequence + 1 }
  let inHole = false
  for (let number = (boundary?.block ?? -1) + 1; number <= record.block; number++) {
    const block = seen?.get(number)
    const hole = record.holes.find((each) => each.from <= number && number <= each.through)
    if (block === undefined) {
      if (hole === undefined) return { stream, block: number, reason: 'not stored, and no hole is declared' }
      if (hole.last !== null) before = { hash: '', next: hole.last + 1 }
      inHole = true
      continue
    }
    if (!inHole && block.prev !== before.hash)
      return { stream, block: number, reason: 'its prev is not the hash before it' }
    if (block.first !== before.next)
      return { stream, block: number, reason: `it begins at ${block.first}, not ${before.next}` }
    inHole = false
    before = { hash: block.hash, next: block.next }
  }
  if (record.block >= 0 && record.block > (boundary?.block ?? -1)) {
    if (before.hash !== record.hash) return { stream, block: record.block, reason: 'its hash is not that of the head' }
    if (before.next !== record.sequence + 1)
      return { stream, block: record.block, reason: 'its sequence is not that of the head' }
  }
  return null
}

function countsFault(ledger: StoreLedger, seen: ReadonlyMap<string, ReadonlyMap<number, Seen>>): Broken | null {
  for (const { record, stored } of ledger.streams) {
    let events = 0
    for (const [number, block] of seen.get(record.stream) ?? [])
      if (number <= record.block) events += block.next - block.first
    if (events < stored)
      return { stream: record.stream, block: record.block, reason: `${events} events where the store counts ${stored}` }
  }
  return null
}

function checkpointsOf(ledger: StoreLedger, seen: ReadonlyMap<string, ReadonlyMap<number, Seen>>) {
  const counts = { verified: 0, pending: 0, unverifiable: 0, withdrawn: 0 }
  const records = new Map(ledger.streams.map(({ record }) => [record.stream, record]))
  const keys = new Map<string, KeyObject | null>()
  let broken: Broken | null = null
  for (const checkpoint of ledger.checkpoints) {
    const { stream, block } = checkpoint
    if (!signatureHolds(checkpoint, keys)) {
      broken ??= { stream, block, reason: 'the signature of its checkpoint does not hold' }
      continue
    }
    const record = records.get(stream)
    const held = seen.get(stream)?.get(block)
    if (held !== undefined) {
      if (held.hash === checkpoint.hash && held.next - 1 === checkpoint.sequence) counts.verified++
      else broken ??= { stream, block, reason: 'the device signed another hash or sequence' }
    } else if (record === undefined || block > record.block) {
      if (record?.end !== null && record?.end !== undefined && block > record.end.block) counts.withdrawn++
      else counts.pending++
    } else counts.unverifiable++
  }
  return { ...counts, broken }
}

/** ECDSA P-256 over the text that the channel names (delivery C11), with the certificate stored beside it. */
function signatureHolds(checkpoint: Checkpoint, keys: Map<string, KeyObject | null>): boolean {
  const { stream, block, hash, sequence, at, signature, certificate } = checkpoint
  let key = keys.get(certificate)
  if (key === undefined) {
    key = publicKeyOf(certificate)
    keys.set(certificate, key)
  }
  if (key === null) return false
  const text = Buffer.from(`${stream}:${block}:${hash}:${sequence}:${at}`)
  return verify('sha256', text, key, Buffer.from(signature, 'base64'))
}

function publicKeyOf(pem: string): KeyObject | null {
  try {
    return createPublicKey(new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'pem' }))
  } catch {
    return null
  }
}
