// The Devices page: states, account and causes; the dialogue that connects one and waits; by keys, in both themes.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { violations } from './accessibility.ts'
import { openBrowserPage } from './browser.ts'
import { options } from './console-page.ts'
import { newDevice } from './stub-devices.ts'
import { openStubServer } from './stub-server.ts'

test(
  'issue 9, 7: a device shows its four states, what waits on it, its account and the cause of each loss',
  options,
  async () => {
    await using server = await openStubServer({ signedIn: true })
    await using browser = await openBrowserPage()
    const { page } = browser
    await page.goto(`${server.url}/devices`)
    await page.getByText('1 of 2 devices flowing').waitFor()
    const row = page.getByRole('row').filter({ hasText: 'edge-2' })
    for (const text of [
      'enrolled',
      'not connected',
      'not healthy',
      'not flowing',
      '4,100 events',
      '11.7 min',
      '7 days',
      '1,204',
    ])
      await row
        .getByText(text, { exact: true })
        .or(row.getByText(`${text} `))
        .first()
        .waitFor()
    assert.equal((await row.boundingBox())?.height, 44, 'whatever page was shown first')
    for (const key of ['j', 'j', 'o']) await page.keyboard.press(key)
    const pane = page.getByRole('complementary', { name: 'Device' })
    await pane.getByText('permission denied').waitFor()
    assert.match(
      (await pane.locator('.equation').innerText()).replaceAll(/\s+/g, ' '),
      /9,000 given = 3,696 stored \+ 1,204 lost \+ 4,100 outstanding \+ 0 withdrawn \+ 0 expired/,
    )
    await pane.getByText('1,204 events lost').waitFor()
    assert.equal(new URL(page.url()).searchParams.get('device'), 'edge-2')
    for (const scheme of ['dark', 'light']) {
      await page.getByRole('button', { name: scheme === 'dark' ? 'Light theme' : 'Dark theme' }).click()
      assert.deepEqual(await violations(page), [])
    }
    await page.keyboard.press('Escape')
    await pane.waitFor({ state: 'hidden' })
    await page.keyboard.press('/')
    await page.keyboard.type('not flowing')
    await page.getByRole('row').filter({ hasText: 'Berlin edge' }).waitFor({ state: 'hidden' })
    assert.equal(new URL(page.url()).searchParams.get('q'), 'not flowing')
    await page.getByLabel('Filter the devices').fill('nowhere')
    await page.getByRole('button', { name: 'Show them all' }).click()
    await page.getByRole('row').filter({ hasText: 'Berlin edge' }).waitFor()
    assert.deepEqual(browser.complaints, [])
  },
)

test(
  'issue 9, 7: the dialogue shows the one string, says how far the device is, and ends at its first event',
  options,
  async () => {
    await using server = await openStubServer({ signedIn: true })
    await using browser = await openBrowserPage()
    const { page } = browser
    await page.goto(`${server.url}/devices`)
    await page.getByText('1 of 2 devices flowing').waitFor()
    await page.keyboard.press('a')
    const dialog = page.getByRole('dialog', { name: 'Connect a device' })
    await dialog.getByLabel('Name of the device').fill('edge-new')
    await page.keyboard.press('Enter')
    const command = await dialog.getByLabel('Command to paste').innerText()
    assert.match(command, /^echo spt1_x{400} \| sallyport device enrol$/)
    assert.deepEqual(await violations(page), [])
    const done = dialog.locator('.enrol-steps li[data-on] b')
    assert.equal(await done.count(), 0)
    const device = newDevice('edge-new', 'edge-new', Date.now())
    server.devices.push(device)
    await done.getByText('Enrolled').waitFor()
    const states = { enrolled: true, connected: true, healthy: true, flowing: true }
    server.devices[2] = { ...device, states, lastSeenAt: device.enrolledAt + 900 }
    await done.getByText('Connected').waitFor()
    server.devices[2] = {
      ...device,
      states,
      lastSeenAt: device.enrolledAt + 900,
      lastAckAt: device.enrolledAt + 1_200,
      account: { ...device.account, given: 1, stored: 1 },
    }
    await dialog.getByText('received 1.2 s after enrolment').waitFor()
    await dialog.getByRole('link', { name: 'Watch its events' }).click()
    await page.waitForURL(/\/events\?q=device%3Aedge-new&live=1/)
    assert.deepEqual(browser.complaints, [])
  },
)

test(
  'issue 9, 7: the doctor of a device names the broken hop first, with what mends it; what holds is folded away',
  options,
  async () => {
    await using server = await openStubServer({ signedIn: true })
    await using browser = await openBrowserPage()
    const { page } = browser
    await page.goto(`${server.url}/devices?device=edge-2`)
    const pane = page.getByRole('complementary', { name: 'Device' })
    await pane.getByRole('button', { name: 'Ask the doctor' }).press('Enter')
    const found = pane.getByRole('region', { name: 'What the doctor found' })
    await found.getByText('events are kept, not delivered: start with source.unreadable').waitFor()
    const first = found.locator('.checks > li').first()
    for (const text of ['Sensor', 'fails', 'source.unreadable', 'permission denied'])
      await first.getByText(text).first().waitFor()
    assert.equal(
      await first.getByLabel('What mends it').innerText(),
      'setfacl -m u:sallyport:r /var/log/suricata/eve.json',
    )
    await found.getByText('3 further checks').click()
    for (const text of ['holds', 'skipped', 'not measured']) await found.getByText(text, { exact: true }).waitFor()
    for (const theme of ['Light theme', 'Dark theme']) {
      await page.getByRole('button', { name: theme }).click()
      assert.deepEqual(await violations(page), [])
    }
    await page.getByRole('row').filter({ hasText: 'Berlin edge' }).click()
    await found.waitFor({ state: 'hidden' })
    await pane.getByRole('button', { name: 'Ask the doctor' }).click()
    await found.getByText('events are flowing').waitFor()
    assert.deepEqual(browser.complaints, [])
  },
)

test('issue 9, 7: without a device the page teaches how to connect one', options, async () => {
  await using server = await openStubServer({ signedIn: true })
  server.devices.length = 0
  await using browser = await openBrowserPage()
  const { page } = browser
  await page.goto(`${server.url}/devices`)
  await page.getByText('No device is connected yet').waitFor()
  await page.getByText('sallyport token create').waitFor()
  assert.deepEqual(await violations(page), [])
  await page.getByRole('button', { name: 'Connect a device' }).last().click()
  await page.getByRole('dialog', { name: 'Connect a device' }).waitFor()
})
