// What modules answer stands in Investigate: the verdict with its reason, what stands against it, and who failed.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { violations } from './accessibility.ts'
import { openBrowserPage } from './browser.ts'
import { graphDrawn, options, story } from './console-page.ts'
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
