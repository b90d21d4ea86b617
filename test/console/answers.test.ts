// What modules answer stands in Investigate: the verdict with its reason, what stands against it, and who failed.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { violations } from './accessibility.ts'
import { openBrowserPage } from './browser.ts'
import { graphDrawn, options, story } from './console-page.ts'
import { slowSeed, stubInvestigation } from './stub-data.ts'
import { openStubServer } from './stub-server.ts'

test(
  'issue 9, 6: a verdict says why it is one and who says so; a module that failed is named beside the others',
  options,
  async () => {
    await using server = await openStubServer({ signedIn: true })
    await using browser = await openBrowserPage()
    const { page } = browser
    await page.goto(`${server.url}/investigate?q=${encodeURIComponent(story)}`)
    await graphDrawn(page)
    const verdicts = page.getByRole('region', { name: 'Verdicts' })
    for (const text of ['Malicious', 'Controller of the EXAMPLE family', 'It has the highest priority of 2 judgements'])
      await verdicts.getByText(text).first().waitFor()
    await verdicts.getByText('1 further judgement').click()
    await verdicts.getByText('On a list of large networks').waitFor()
    const modules = page.getByRole('region', { name: 'Modules' })
    await modules.getByText('2 of 2 modules answered').waitFor()
    await modules.getByText('It did not answer within 30 s').waitFor()
    assert.equal(
      await page.getByRole('region', { name: 'Elsewhere' }).getByRole('link').count(),
      1,
      'no script is a link',
    )
    for (const theme of ['Light theme', 'Dark theme']) {
      await page.getByRole('button', { name: theme }).click()
      assert.deepEqual(await violations(page), [])
    }
    assert.deepEqual(browser.complaints, [])
  },
)

test('issue 9 What must hold: what one module answers is on screen while another is still asked', options, async () => {
  await using server = await openStubServer({ signedIn: true })
  await using browser = await openBrowserPage()
  const { page } = browser
  await page.goto(`${server.url}/investigate?q=${encodeURIComponent(`203.0.113.77 ${slowSeed}`)}`)
  while (!server.asked.some((asked) => asked.includes('/stream?after=')))
    await page.getByText('Nothing is known yet').waitFor()
  const whole = stubInvestigation('inv-1', [{ type: 'ip', value: '203.0.113.77' }])
  const [first, second] = whole.modules
  assert.ok(first && second)
  const running = { ...second, state: 'running' as const, errors: [] }
  server.advance('inv-1', { ...whole, state: 'running', finishedAt: null, modules: [first, running] })
  await page.getByRole('region', { name: 'Verdicts' }).getByText('Controller of the EXAMPLE family').waitFor()
  await page.getByText('1 of 2 modules answered').waitFor()
  server.advance('inv-1', whole)
  await page.getByText('2 of 2 modules answered').waitFor()
  assert.deepEqual(browser.complaints, [])
})
