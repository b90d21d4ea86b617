// axe-core over a page: injected by the debugger, for the policy of the page forbids a foreign script.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** @returns each violation as `rule: element`, of whatever impact. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(source)
  const result: unknown = await page.evaluate(
    `axe.run({ resultTypes: ['violations'] }).then(({ violations }) => violations.flatMap(({ id, impact, nodes }) =>
      nodes.map(({ target, any }) => id + ' (' + impact + '): ' + target.join(' ') + ' ' + (any[0]?.message ?? ''))))`,
  )
  return Array.isArray(result) ? result.map(String) : ['axe gave no answer']
}
