// What a stranger does after `npm start`: opens the link in a browser, pastes an address of the story, sees the graph
// and the events.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { story } from '../src/demo/story.ts'
import { needsBrowser, openBrowserPage } from './console/browser.ts'
import { start, temporaryFolder, until } from './sallyport.ts'

test(
  'start: the printed link signs in; the address of the story shows its graph and its events',
  needsBrowser,
  async (t) => {
    const free = ['--console', '127.0.0.1:0', '--devices', '127.0.0.1:0', '--local', '127.0.0.1:0']
    const up = start(t, ['up', '--data', join(temporaryFolder(t), 'data'), ...free])
    const [, link = ''] = await until(
      'the sign-in link',
      () => /sign in\s+(http\S+)\s[^]*^next: .*\n/m.exec(up.stderr()) ?? undefined,
      90_000,
    )
    assert.match(up.stderr(), /first event searchable after/)
    assert.match(up.stderr().trim().split('\n').at(-1) ?? '', /^next: .*203\.0\.113\.77/)
    await using browser = await openBrowserPage()
    const { page } = browser
    await page.goto(link)
    await page.getByLabel('Anything you have found').fill(story.server)
    await page.getByRole('button', { name: 'Investigate', exact: true }).click()
    await page.locator('.graph-canvas canvas').first().waitFor()
    await page.getByRole('link', { name: 'Sightings' }).click()
    await page.getByRole('cell', { name: 'DEMO Beacon to a known command server' }).first().waitFor()
    await page.getByRole('link', { name: 'Events', exact: true }).last().click()
    await page.locator('.row-table tbody tr:not(.spacer)').first().click()
    assert.match((await page.locator('pre.raw').textContent()) ?? '', /203\.0\.113\.77/)
    assert.deepEqual(browser.complaints, [])
    up.child.kill('SIGINT')
    assert.equal((await up.finished).code, 0)
  },
)
