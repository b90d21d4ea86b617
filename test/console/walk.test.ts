// A stranger's walk through a real site: connect a device with the pasted string, watch its first event, investigate the
// address, read the reasons of the verdict, have the doctor name a fault (issue 9, What must hold). With
// SALLYPORT_PICTURES=FOLDER it leaves pictures of each step in both themes: docs/console.png is one of them.
import assert from 'node:assert/strict'
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { story } from '../../src/demo/story.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { run, start, temporaryFolder, until } from '../sallyport.ts'
import { openBrowserPage } from './browser.ts'
import { graphDrawn, options, rows } from './console-page.ts'

const pictures = process.env['SALLYPORT_PICTURES']

/** Both themes of what is shown, for people. */
async function picture(page: Page, name: string): Promise<void> {
  if (pictures === undefined) return
  mkdirSync(pictures, { recursive: true })
  for (const theme of ['light', 'dark']) {
    // Behind a dialogue the switch cannot be reached.
    if ((await page.locator('dialog[open]').count()) > 0)
      await page.evaluate(`document.documentElement.setAttribute('data-mantine-color-scheme', '${theme}')`)
    else await page.getByRole('button', { name: theme === 'light' ? 'Light theme' : 'Dark theme' }).click()
    await page.screenshot({ path: join(pictures, `${name}-${theme}.png`) })
  }
}

const line = (number: number) =>
  `${JSON.stringify({
    timestamp: new Date(systemClock.now()).toISOString().replace('Z', '+0000'),
    flow_id: 2_000_000_000_000 + number,
    event_type: 'alert',
    src_ip: '192.0.2.201',
    src_port: 50_000 + number,
    dest_ip: story.server,
    dest_port: 443,
    proto: 'TCP',
    alert: { signature_id: 2_900_001, gid: 1, rev: 1, signature: 'EXAMPLE stranger beacon', severity: 1 },
  })}\n`

test('issue 9 What must hold: a stranger connects a device, sees its first event, its verdict and its fault', {
  ...options,
  timeout: 400_000,
}, async (t) => {
  const folder = temporaryFolder(t)
  const sensor = join(folder, 'sensor', 'eve.json')
  mkdirSync(join(folder, 'sensor'))
  writeFileSync(sensor, '')
  const any = '127.0.0.1:0'
  const data = join(folder, 'site')
  const up = start(t, ['up', '--data', data, '--console', any, '--devices', any, '--local', any])
  const [, link = ''] = await until(
    'the sign-in link',
    () => /sign in\s+(http\S+)/.exec(up.stderr()) ?? undefined,
    120_000,
  )
  await using browser = await openBrowserPage()
  const { page } = browser

  // Signed in by the printed link.
  await page.goto(link)
  await page.getByLabel('Anything you have found').waitFor()

  // A device, with the one string, from the page to another process.
  await page.keyboard.press('Escape')
  await page.getByRole('link', { name: 'Devices' }).click()
  await page.getByRole('button', { name: 'Connect a device' }).first().click()
  const dialog = page.getByRole('dialog', { name: 'Connect a device' })
  await dialog.getByLabel('Name of the device').fill('stranger')
  await page.keyboard.press('Enter')
  const pasted = (await dialog.getByLabel('Command to paste').innerText()).trim().split(/\s+/)
  const [echo, token = '', ...words] = pasted
  assert.deepEqual([echo, ...words], ['echo', '|', 'sallyport', 'device', 'enrol'])
  const typed = ['device', 'enrol', '--source', sensor, '--data', join(folder, 'device'), '--local', any]
  const enrolling = start(t, typed, `${token}\n`)
  await dialog.locator('.enrol-steps li[data-on] b').getByText('Enrolled').waitFor({ timeout: 120_000 })
  await picture(page, 'connect')
  let written = 0
  appendFileSync(sensor, line(++written))
  await dialog.getByText(/received .* after enrolment/).waitFor({ timeout: 120_000 })
  assert.equal(enrolling.child.exitCode, null, `it goes on in the foreground: ${enrolling.stderr()}`)

  // Its first event, and those that follow, live.
  await dialog.getByRole('link', { name: 'Watch its events' }).click()
  await page.locator(rows).first().getByText('EXAMPLE stranger beacon').waitFor()
  await page.locator('.live-state').getByText('live', { exact: true }).waitFor()
  appendFileSync(sensor, line(++written))
  await page.locator(rows).nth(1).getByText('EXAMPLE stranger beacon').waitFor()
  await picture(page, 'events')

  // What is known of the address it talks to.
  await page.locator(rows).first().getByRole('button', { name: story.server }).click()
  await page.getByRole('menuitem', { name: 'Investigate' }).click()
  await graphDrawn(page)
  await verdictRead(page)
  await picture(page, 'investigate')

  // A fault, its name, and what mends it typed as it is printed.
  const device = ['--data', join(folder, 'device')]
  assert.equal((await run(t, ['pmtool', 'disablebyid', 'EventHandler', ...device])).code, 0)
  await page.getByRole('link', { name: 'Devices', exact: true }).click()
  await page.getByRole('row').filter({ hasText: 'stranger' }).click()
  const pane = page.getByRole('complementary', { name: 'Device' })
  await pane.getByRole('button', { name: 'Ask the doctor' }).click()
  const found = pane.getByRole('region', { name: 'What the doctor found' })
  await found.locator('.checks > li').first().getByText('service.disabled', { exact: true }).waitFor()
  await picture(page, 'doctor')
  const fix = await found.getByLabel('What mends it').first().innerText()
  assert.match(fix, /^sallyport pmtool enablebyid EventHandler/)
  assert.equal((await run(t, [...fix.trim().split(/\s+/).slice(1, 4), ...device])).code, 0)
  await until('the doctor says flowing', async () => {
    await pane.getByRole('button', { name: 'Look again' }).click()
    await pane.getByRole('button', { name: 'Look again' }).and(page.locator(':not([data-loading])')).waitFor()
    return (await found.locator('.verdict').innerText()).startsWith('events are flowing')
  })
  assert.deepEqual(browser.complaints, [])
})

/** The verdict, and why it is one. */
async function verdictRead(page: Page): Promise<void> {
  await page.getByText('Malicious').first().waitFor()
  await page.getByText('Command server of the DEMO-BEACON family since last week').first().waitFor()
}
