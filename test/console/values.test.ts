// Values on their way into the console and out of it: dropped, opened, copied, in a real browser.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openBrowserPage, until } from './browser.ts'
import { graphDrawn, options, rows, story } from './console-page.ts'
import { openStubServer } from './stub-server.ts'

test('console 11: a dropped file is read like pasted text', options, async () => {
  await using server = await openStubServer({ signedIn: true })
  await using browser = await openBrowserPage()
  const { page } = browser
  await page.goto(`${server.url}/investigate`)
  await page.getByLabel('Anything you have found').waitFor()
  await page.evaluate(`{
    const dataTransfer = new DataTransfer()
    dataTransfer.items.add(new File(['seen 198.51.100.9 at update-check[.]example'], 'report.txt'))
    const drop = new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true })
    document.querySelector('.paste-box').dispatchEvent(drop)
  }`)
  const chips = page.getByRole('list', { name: 'What was understood' }).locator('.chip .observable')
  await chips.nth(1).waitFor()
  assert.deepEqual(await chips.allTextContents(), ['198.51.100.9', 'update-check.example'])
})

test('console 7, 8: a group opens by keys where it stands', options, async () => {
  await using server = await openStubServer({ signedIn: true })
  await using browser = await openBrowserPage()
  const { page } = browser
  const members = Array.from({ length: 5 }, (_, i) => `&sel=${encodeURIComponent(`email:user${i}@corp.example`)}`)
  await page.goto(`${server.url}/investigate?q=${encodeURIComponent(story)}${members.join('')}`)
  await graphDrawn(page)
  await page.getByText('67 nodes drawn').waitFor()
  await page.getByText('5 selected').waitFor()
  await page.getByRole('application').focus()
  await page.keyboard.press('Enter')
  await page.getByText('71 nodes drawn, 1 group').waitFor()
})

test('console 7, 12: a value is copied defanged, with raw beside it, from the one menu', options, async () => {
  await using server = await openStubServer({ signedIn: true })
  await using browser = await openBrowserPage()
  const { page, context } = browser
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.goto(`${server.url}/events?q=severity:high`)
  const value = page.locator(`${rows} .observable`).nth(1)
  for (const [name, text] of [
    ['Copy defanged', '203[.]0[.]113[.]77'],
    ['Copy raw', '203.0.113.77'],
  ] as const) {
    await value.click()
    await page.getByRole('menuitem', { name }).click()
    await until(page, `navigator.clipboard.readText().then((text) => text === ${JSON.stringify(text)})`)
  }
  await value.click()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await page.waitForURL((url) => url.searchParams.get('q') === 'ip:203.0.113.77')
})
