// The Modules page: how each answers and why not; the form made from `configuration_spec`; test and removal; axe.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { violations } from './accessibility.ts'
import { openBrowserPage } from './browser.ts'
import { options } from './console-page.ts'
import { openStubServer } from './stub-server.ts'

test(
  'issue 9, 7: each module shows its state, its time and its last error; a test says what came of it',
  options,
  async () => {
    await using server = await openStubServer({ signedIn: true })
    await using browser = await openBrowserPage()
    const { page } = browser
    await page.goto(`${server.url}/modules`)
    await page.getByRole('row').filter({ hasText: 'It did not answer within 30 s' }).getByText('fails').waitFor()
    await page.getByRole('row').filter({ hasText: 'Events' }).getByText('answers').waitFor()
    for (const key of ['j', 'j', 'o']) await page.keyboard.press(key)
    const pane = page.getByRole('complementary', { name: 'Module' })
    await pane.getByText('********').waitFor()
    await pane.getByRole('button', { name: 'Test it' }).press('Enter')
    const found = pane.getByRole('region', { name: 'What the test found' })
    for (const text of ['The test failed', 'module.timeout', 'See whether its address is right.'])
      await found.getByText(text).waitFor()
    for (const theme of ['Light theme', 'Dark theme']) {
      await page.getByRole('button', { name: theme }).click()
      assert.deepEqual(await violations(page), [])
    }
    assert.equal(await page.evaluate('window.attacked'), undefined)
    assert.deepEqual(browser.complaints, [])
  },
)

test(
  'issue 9, 6: a module is added through the form of its type, by keys, and removed after a yes',
  options,
  async () => {
    await using server = await openStubServer({ signedIn: true })
    await using browser = await openBrowserPage()
    const { page } = browser
    await page.goto(`${server.url}/modules`)
    await page.getByText('2 modules').waitFor()
    await page.keyboard.press('a')
    const dialog = page.getByRole('dialog', { name: 'Add a module' })
    await dialog.getByLabel('Name').press('Enter')
    await dialog.getByText('A name is needed').waitFor()
    await dialog.getByText('Address is needed').waitFor()
    assert.deepEqual(await violations(page), [])
    await dialog.getByLabel('Name').fill('my relay')
    await dialog.getByLabel('Address').fill('ftp://relay.example')
    await dialog.getByLabel('How it knows us').selectOption('bearer')
    await dialog.getByLabel('Token').fill('a secret')
    await dialog.getByRole('button', { name: 'Add a setting' }).click()
    await dialog.getByLabel('Setting 1').fill('custom_region')
    await dialog.getByLabel('Value 1').fill('eu')
    await dialog.getByRole('button', { name: 'Add it' }).click()
    await dialog.getByRole('alert').getByText('module.settings').waitFor()
    await dialog.getByLabel('Address').fill('https://relay.example')
    await dialog.getByLabel('Address').press('Enter')
    const pane = page.getByRole('complementary', { name: 'Module' })
    await pane.getByRole('heading', { name: 'my relay' }).waitFor()
    assert.deepEqual(server.modules.at(-1)?.settings, {
      url: 'https://relay.example',
      'auth-type': 'bearer',
      token: '********',
      timeout: 30,
      strict: false,
      custom_region: 'eu',
    })
    await pane.getByRole('button', { name: 'Remove' }).click()
    const question = page.getByRole('dialog', { name: 'Remove my relay?' })
    assert.deepEqual(await violations(page), [])
    await question.getByRole('button', { name: 'Remove it' }).click()
    await page.getByText('2 modules').waitFor()
    await pane.waitFor({ state: 'hidden' })
    assert.deepEqual(browser.complaints, [])
  },
)

test('issue 9, 7: without a module the page teaches how to add one', options, async () => {
  await using server = await openStubServer({ signedIn: true })
  server.modules.length = 0
  await using browser = await openBrowserPage()
  const { page } = browser
  await page.goto(`${server.url}/modules`)
  await page.getByText('No module is there').waitFor()
  assert.deepEqual(await violations(page), [])
})
