// A spool for tests: blocks of small made-up lines in it, its folder copied as a crash leaves it, and a disk that fails.
import assert from 'node:assert/strict'
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Block } from '../../wire/block-format.ts'
import { type Clock, systemClock } from '../../platform/clock.ts'
import { type DurableFile, type DurableFiles, durableFiles } from '../../platform/durable-files.ts'
import { SourceStream } from './source-stream.ts'
import { type SpoolLog, openSpool } from './spool/spool-log.ts'
import { isRun } from './spool/spool-reader.ts'
import { testLog } from './device-fixture.ts'

/** Segments of 128 KiB, preallocated in steps of 32 KiB. */
export const smallSpool = 1024 * 1024

export type TestSpool = AsyncDisposable & {
  readonly folder: string
  open(files?: DurableFiles, bytesMax?: number, clock?: Clock): Promise<SpoolLog>
  /** The folder as it is now, without its lock: what a killed process leaves. */
  crash(): Promise<TestSpool>
}

export async function testSpool(): Promise<TestSpool> {
  return spoolAt(await mkdtemp(join(tmpdir(), 'spool-')))
}

function spoolAt(folder: string): TestSpool {
  return {
    folder,
    open: (files = durableFiles, bytesMax = smallSpool, clock = systemClock) =>
      openSpool({ folder, bytesMax, log: testLog, files, clock }),
    async crash() {
      const copy = await mkdtemp(join(tmpdir(), 'spool-'))
      await cp(folder, copy, { recursive: true, filter: (path) => !/(?:lock|reserve)$/.test(path) })
      return spoolAt(copy)
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}

export function sourceStream(spool: SpoolLog, source: string): SourceStream {
  return new SourceStream({ spool, source, device: 'test', version: 'test' })
}

/** Writes one block of `count` lines; its position covers bytes `at` … `at + 100`. */
export function writeBlock(stream: SourceStream, at: number, size = 400): void {
  const raw = Buffer.alloc(size, `line at ${at} `)
  stream.write(
    {
      kind: 'events',
      count: 1,
      from: 1_000 + at,
      to: 1_000 + at,
      raw: raw.length,
      codec: 'none',
      position: {
        kind: 'file',
        generation: 1,
        fingerprint: { length: 64, sha256: '0123456789abcdef' },
        name: 'test.json',
        begin: at,
        end: at + 100,
      },
    },
    'suricata/eve',
    [],
    raw,
  )
}

export async function settled(spool: SpoolLog): Promise<void> {
  while (!spool.idle) await spool.synced()
}

/** Every block that can be read, as a connector would get them; holes left out. */
export async function held(spool: SpoolLog): Promise<Block[]> {
  const blocks: Block[] = []
  for (const stream of spool.streams.all())
    for (let number = stream.blocks.firstHeld(0); number <= stream.head.block; ) {
      if (stream.blocks.place(number) === undefined) {
        number++
        continue
      }
      const run = await spool.read(stream, number)
      if (!isRun(run)) continue
      blocks.push(...run)
      number += run.length
    }
  return blocks
}

/** Names of blocks, for comparing. */
export function names(blocks: readonly Block[]): string[] {
  return blocks.map((block) => `${block.header.source} ${block.header.block} ${block.hash}`)
}

export async function segments(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.endsWith('.seg')).sort()
}

export type FaultyDisk = DurableFiles & {
  /** Bytes written in whole since the last sync of each file are counted here: how often `sync` was called. */
  syncs: number
  failWrite: (path: string, position: number) => Error | undefined
  failSync: (path: string) => Error | undefined
  failCreate: (path: string) => Error | undefined
  failRead: (path: string, position: number, length: number) => Error | undefined
  readonly written: { path: string; position: number; length: number }[]
}

/** The real disk, failing where a test says so. */
export function faultyDisk(): FaultyDisk {
  const disk: FaultyDisk = {
    ...durableFiles,
    syncs: 0,
    failWrite: () => undefined,
    failSync: () => undefined,
    failCreate: () => undefined,
    failRead: () => undefined,
    written: [],
    async create(path) {
      fail(disk.failCreate(path))
      return faulty(await durableFiles.create(path), path)
    },
    open: async (path) => faulty(await durableFiles.open(path), path),
  }
  const faulty = (file: DurableFile, path: string): DurableFile => ({
    async write(bytes, position) {
      fail(disk.failWrite(path, position))
      disk.written.push({ path, position, length: bytes.length })
      await file.write(bytes, position)
    },
    async sync() {
      fail(disk.failSync(path))
      disk.syncs++
      await file.sync()
    },
    async read(into, position) {
      fail(disk.failRead(path, position, into.length))
      return await file.read(into, position)
    },
    size: () => file.size(),
    [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
  })
  return disk
}

/** The real clock, set forward or back: what is written ahead is not waited for. */
export class TestClock implements Clock {
  aheadMs = 0
  monotonicAheadMs = 0

  /** Time passes. */
  pass(ms: number): void {
    this.aheadMs += ms
    this.monotonicAheadMs += ms
  }

  now(): number {
    return systemClock.now() + this.aheadMs
  }

  monotonic(): number {
    return systemClock.monotonic() + this.monotonicAheadMs
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    await systemClock.sleep(ms, signal)
  }
}

export function diskError(code: string): Error {
  return Object.assign(new RangeError(`${code}: made by a test`), { code })
}

function fail(error: Error | undefined): void {
  assert(error === undefined || error instanceof Error)
  if (error !== undefined) throw error
}
