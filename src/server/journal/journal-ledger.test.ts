import 'reflect-metadata'
import assert from 'node:assert/strict'
import { sign } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import * as x509 from '@peculiar/x509'
import type { Block } from '../../wire/block-format.ts'
import type { Checkpoint } from './committing.ts'
import { dayFile } from './day-files.ts'
import type { Journal } from './journal.ts'
import { journalIn, setClock, temporaryFolder } from './journal-fixture.ts'
import { fixtureStart, StreamFixture } from './stream-fixture.ts'

const sender = { organisation: 'acme', device: 'fw-1' }
const line = '{"type":"dns"}'

async function give(journal: Journal, blocks: readonly Block[]): Promise<void> {
  const outcomes = await journal.store.append(
    sender,
    blocks.map((block) => block.bytes),
  )
  assert.deepEqual(new Set(outcomes.map((outcome) => outcome.kind)), new Set(['stored']))
}

async function rowOf(journal: Journal, stream: StreamFixture) {
  const ledger = await journal.ledger('acme')
  assert.equal(ledger.holds, true)
  const row = ledger.rows.find((each) => each.stream === stream.stream)
  assert(row !== undefined)
  return row
}

test('delivery L1: given = stored + lost + outstanding + withdrawn + expired, and what stands beside it', async () => {
  await using folder = await temporaryFolder()
  const clock = setClock()
  await using journal = await journalIn(folder.path, clock)
  const stream = new StreamFixture()
  const first = [
    stream.open(),
    stream.events([line, 'no json', line], { ignored: 2, notSelected: { flow: 5, stats: 1 } }),
    stream.loss('line.too-long', 1),
  ]
  await give(journal, first)
  stream.events([line, line])
  await journal.store.missing(sender, { stream: stream.stream, from: 3, through: 3, cause: 'spool.removed' })
  await give(journal, [stream.events([line])])
  await journal.store.append(
    sender,
    first.map((block) => block.bytes),
  )
  await journal.store.given(sender, { [stream.stream]: { source: 'eve', sequence: 10 } }, fixtureStart + 5)
  // What is only noted goes down with the next commit.
  await give(journal, [stream.events([line])])
  await journal.indexed()
  const row = await rowOf(journal, stream)
  assert.deepEqual(
    {
      given: row.given,
      stored: row.stored,
      lost: row.lost,
      outstanding: row.outstanding,
      withdrawn: row.withdrawn,
      expired: row.expired,
    },
    { given: 10, stored: 5, lost: 2, outstanding: 3, withdrawn: 0, expired: 0 },
  )
  assert.deepEqual([row.holes, row.beforeSpool], [{ 'spool.removed': 2 }, { 'line.too-long': 1 }])
  assert.deepEqual([row.notSelected, row.ignored, row.duplicates, row.quarantined, row.disputed], [6, 2, 3, 1, 0])
  assert.deepEqual([row.day, row.device, row.source], ['2026-11-24', 'fw-1', 'eve'])
})

test("delivery L1: what the successor's `open` no longer vouches for is withdrawn, and what it still does outstanding", async () => {
  await using folder = await temporaryFolder()
  await using journal = await journalIn(folder.path)
  const old = new StreamFixture()
  await give(journal, [old.open(), old.events([line, line])])
  await journal.store.given(sender, { [old.stream]: { source: 'eve', sequence: 9 } }, fixtureStart)
  const end = { ...old.end, block: 3, hash: 'd'.repeat(64), sequence: 5 }
  const next = new StreamFixture({ previous: end })
  await give(journal, [next.open()])
  const row = await rowOf(journal, old)
  assert.deepEqual([row.given, row.stored, row.outstanding, row.withdrawn], [9, 2, 3, 4])
})

test('delivery J4, L2: what an `open` does not vouch for is disputed with all that descends; a missing predecessor is shown', async () => {
  await using folder = await temporaryFolder()
  await using journal = await journalIn(folder.path)
  const a = new StreamFixture()
  await give(journal, [a.open(), a.events([line, line])])
  const vouched = a.end
  await give(journal, [a.events([line, line, line])])
  const b = new StreamFixture({ previous: a.end })
  await give(journal, [b.open(), b.events([line, line])])
  assert.equal((await rowOf(journal, a)).disputed, 0)
  const c = new StreamFixture({ previous: vouched })
  await give(journal, [c.open(), c.events([line])])
  assert.deepEqual(
    await Promise.all([a, b, c].map(async (stream) => (await rowOf(journal, stream)).disputed)),
    [3, 2, 0],
  )
  const unknown = { stream: '9'.repeat(32), block: 4, hash: 'e'.repeat(64), sequence: 7 }
  const orphan = new StreamFixture({ previous: unknown })
  await give(journal, [orphan.open()])
  assert.equal((await rowOf(journal, orphan)).missingPredecessor, unknown.stream)
  assert.equal((await rowOf(journal, b)).missingPredecessor, null)
})

test('delivery L3: verify walks chains and checkpoints, and names the first block that does not hold', async () => {
  await using folder = await temporaryFolder()
  const device = await signer()
  const stream = new StreamFixture()
  {
    await using journal = await journalIn(folder.path)
    await give(journal, [stream.open(), stream.events([line])])
    await journal.store.checkpoint(sender, device.checkpoint(stream))
    await give(journal, [stream.events([line, line])])
    stream.events([line])
    await journal.store.checkpoint(sender, device.checkpoint(stream))
    await journal.store.missing(sender, { stream: stream.stream, from: 3, through: 3, cause: 'spool.damaged' })
    await give(journal, [stream.events([line])])
    const ahead = new StreamFixture({ stream: stream.stream })
    await journal.store.checkpoint(sender, {
      ...device.checkpoint(ahead),
      ...device.signed(stream.stream, 9, 'b'.repeat(64), 40, 1),
    })
    assert.deepEqual(await journal.verify('acme'), {
      v: 1,
      holds: true,
      blocks: 4,
      events: 4,
      streams: 1,
      checkpoints: { verified: 1, pending: 1, unverifiable: 1, withdrawn: 0 },
      broken: null,
    })
    const forged = { ...device.checkpoint(stream), at: 2 }
    await journal.store.checkpoint(sender, forged)
    const { holds, broken } = await journal.verify('acme')
    assert.deepEqual(
      [holds, broken?.block, broken?.reason],
      [false, 4, 'the signature of its checkpoint does not hold'],
    )
  }
})

const tampering: readonly { readonly what: string; readonly sql: string; readonly block: number }[] = [
  {
    what: 'a bit of a block',
    sql: "update blocks set bytes = cast(substr(bytes, 1, length(bytes) - 1) || x'00' as blob) where block = 1",
    block: 2,
  },
  { what: 'a block taken out', sql: 'delete from blocks where block = 1', block: 1 },
  {
    what: 'a block for another',
    sql: 'update blocks set bytes = (select bytes from blocks where block = 2) where block = 1',
    block: 1,
  },
]
for (const { what, sql } of tampering)
  test(`delivery L3: verify finds ${what}`, async () => {
    await using folder = await temporaryFolder()
    const stream = new StreamFixture()
    {
      await using journal = await journalIn(folder.path)
      await give(journal, [stream.open(), stream.events([line]), stream.events([line, line]), stream.events([line])])
      await journal.indexed()
      assert.equal((await journal.verify('acme')).holds, true)
    }
    const db = new DatabaseSync(dayFile(folder.path, 'acme', '2026-11-24', 'blocks'))
    assert(Number(db.prepare(sql).run().changes) > 0)
    db.close()
    await using journal = await journalIn(folder.path)
    const { holds, broken } = await journal.verify('acme')
    assert.equal(holds, false)
    assert(broken !== null && broken.block <= 2, JSON.stringify(broken))
  })

async function signer() {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: 'CN=fw-1',
    notBefore: new Date(fixtureStart),
    notAfter: new Date(fixtureStart + 86_400_000),
    keys,
    signingAlgorithm: algorithm,
  })
  const pem = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64')
  const key = `-----BEGIN PRIVATE KEY-----\n${pem}\n-----END PRIVATE KEY-----\n`
  const signed = (stream: string, block: number, hash: string, sequence: number, at: number): Checkpoint => ({
    stream,
    block,
    hash,
    sequence,
    at,
    signature: sign('sha256', Buffer.from(`${stream}:${block}:${hash}:${sequence}:${at}`), key).toString('base64'),
    certificate: certificate.toString('pem'),
  })
  return {
    signed,
    checkpoint: ({ end }: StreamFixture) => signed(end.stream, end.block, end.hash, end.sequence, 1),
  }
}
