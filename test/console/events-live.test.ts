// The Events page while events arrive: live and paused, cut and taken up again; both forms of a row; losses; export.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import type { EventRecord } from '../../src/wire/api/events.ts'
import { violations } from './accessibility.ts'
import { openBrowserPage } from './browser.ts'
import { options, rows } from './console-page.ts'
import { openStubServer, type StubServer } from './stub-server.ts'

let made = 0
function arrive(server: StubServer): EventRecord {
  const newest = server.events.find(({ body }) => body.kind === 'event')
  assert.ok(newest?.body.kind === 'event')
  const event: EventRecord = {
    ...newest,
    id: `0192f3a4b5c7:${++made}`,
    body: { ...newest.body, at: newest.body.at + 60_000, summary: `arrived as number ${made}` },
  }
  server.arrive(event)
  return event
}

const summary = (event: EventRecord) => (event.body.kind === 'event' ? event.body.summary : '')
const firstRow = (page: Page) => page.locator(rows).first()

/** Where the live list begins: the tail is open then. */
async function live(page: Page, server: StubServer): Promise<void> {
  await page.goto(`${server.url}/events?live=1`)
  await page.locator('.live-state').getByText('live', { exact: true }).waitFor()
  while (!server.asked.some((asked) => asked.includes('/events?'))) await firstRow(page).waitFor()
  await firstRow(page).waitFor()
}

test(
  'issue 9, 7: live events stand on top as they arrive; held, they wait and are counted, and no row moves',
  options,
  async () => {
    await using server = await openStubServer({ signedIn: true })
    await using browser = await openBrowserPage()
    const { page } = browser
    await live(page, server)
    const seen = arrive(server)
    await firstRow(page).getByText(summary(seen)).waitFor()
    await page.keyboard.press('h')
    await page.locator('.live-state').getByText('paused').waitFor()
    arrive(server)
    const last = arrive(server)
    await page.getByRole('button', { name: '2 new – show' }).waitFor()
    await firstRow(page).getByText(summary(seen)).waitFor()
    await page.getByRole('button', { name: '2 new – show' }).click()
    await firstRow(page).getByText(summary(last)).waitFor()
    assert.deepEqual(browser.complaints, [])
  },
)

test('issue 9, 7: whoever reads further down, or one event, is not moved', options, async () => {
  await using server = await openStubServer({ signedIn: true })
  await using browser = await openBrowserPage()
  const { page } = browser
  await live(page, server)
  await page.locator(rows).nth(3).click()
  const open = await page.locator('tr[aria-selected="true"]').getAttribute('aria-rowindex')
  const last = arrive(server)
  await page.getByRole('button', { name: '1 new – show' }).waitFor()
  await page.locator('.live-state').getByText('held while you read').waitFor()
  assert.equal(await page.locator('tr[aria-selected="true"]').getAttribute('aria-rowindex'), open)
  await page.keyboard.press('Escape')
  await firstRow(page).getByText(summary(last)).waitFor()
})

test(
  'issue 9, 7: a tail that is cut is taken up by its cursor: nothing is missed, nothing comes twice',
  options,
  async () => {
    await using server = await openStubServer({ signedIn: true })
    await using browser = await openBrowserPage()
    const { page } = browser
    await live(page, server)
    const before = arrive(server)
    await firstRow(page).getByText(summary(before)).waitFor()
    server.tail.cut()
    const meanwhile = arrive(server)
    const last = arrive(server)
    await firstRow(page).getByText(summary(last)).waitFor()
    for (const event of [before, meanwhile, last])
      assert.equal(
        await page
          .getByRole('row')
          .filter({ hasText: summary(event) })
          .count(),
        1,
      )
  },
)

test(
  'issue 9, 7: an event is shown readable and raw, each with an address; its bytes are saved as they came',
  options,
  async () => {
    await using server = await openStubServer({ signedIn: true })
    const bytes = Buffer.from([0x7b, 0xff, 0x00, 0x1b, 0x5d, 0x7d])
    const exact = { ...arrive(server), raw: bytes.toString(), rawBase64: bytes.toString('base64') }
    server.events[0] = exact
    await using browser = await openBrowserPage()
    const { page } = browser
    await page.goto(`${server.url}/events?event=${encodeURIComponent(exact.id)}&form=raw`)
    const pane = page.getByRole('complementary', { name: 'Event' })
    await pane.getByText('6 bytes as they arrived').waitFor()
    const saving = page.waitForEvent('download')
    await pane.getByRole('button', { name: 'Save bytes' }).click()
    assert.deepEqual(readFileSync(await (await saving).path()), bytes)
    assert.deepEqual(await violations(page), [])
    await pane.getByRole('button', { name: 'Readable' }).click()
    await pane.getByText('Observables').waitFor()
    assert.ok(!new URL(page.url()).searchParams.has('form'))
    assert.deepEqual(browser.complaints, [])
  },
)

test('issue 9, 7: a declared loss is a row like any other, opened by keys', options, async () => {
  await using server = await openStubServer({ signedIn: true })
  await using browser = await openBrowserPage()
  const { page } = browser
  await page.goto(`${server.url}/events`)
  await page.getByRole('row').filter({ hasText: '1,204 events lost: spool.full' }).waitFor()
  for (const key of ['j', 'j', 'j', 'o']) await page.keyboard.press(key)
  const pane = page.getByRole('complementary', { name: 'Event' })
  await pane.getByRole('heading', { name: '1,204 events lost: spool.full' }).waitFor()
  await page.reload()
  await pane.getByRole('heading', { name: '1,204 events lost: spool.full' }).waitFor()
  assert.deepEqual(await violations(page), [])
  assert.deepEqual(browser.complaints, [])
})

test(
  'issue 9, 7: an export says how far it is, can be stopped, and gives a file of what is shown',
  options,
  async () => {
    await using server = await openStubServer({ signedIn: true, events: 5_000 })
    await using browser = await openBrowserPage()
    const { page } = browser
    await page.goto(`${server.url}/events?q=type:dns`)
    await firstRow(page).waitFor()
    await page.getByRole('button', { name: 'Export' }).click()
    const dialog = page.getByRole('dialog', { name: 'Export events' })
    assert.deepEqual(await violations(page), [])
    await dialog.getByRole('button', { name: 'CSV for a spreadsheet' }).press('Enter')
    await dialog.getByText(/^[1-9]\d* of \d+ rows/).waitFor()
    await dialog.getByRole('button', { name: 'Stop' }).click()
    const saving = page.waitForEvent('download')
    await dialog.getByRole('button', { name: 'JSON lines, exact' }).click()
    const lines = readFileSync(await (await saving).path(), 'utf8')
      .trimEnd()
      .split('\n')
    const asked = server.asked.filter((each) => each.includes('/events/export'))
    assert.equal(asked.length, 2)
    assert.ok(asked.every((each) => each.includes('q=type%3Adns')))
    assert.equal(lines.length, server.events.filter(({ body }) => body.kind === 'event' && body.type === 'dns').length)
    await dialog.getByText(`${lines.length} rows in`).waitFor()
    assert.deepEqual(browser.complaints, [])
  },
)
