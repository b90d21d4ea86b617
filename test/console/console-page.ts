// What the browser tests of the console share: when they can run, what they ask, when the graph has come to rest.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { needsBrowser, until } from './browser.ts'
import { consoleFolder } from './stub-server.ts'

/** Option for node:test: the built console and a browser are needed. */
export const options = existsSync(join(consoleFolder, 'index.html'))
  ? needsBrowser
  : { skip: 'NOT TESTED: dist/console is not built; run `npm run build:console`' }

/** Found in the stub: the controller of the story and its domain. */
export const story = '203.0.113.77 update-check.example'
/** Rows of a virtual table. */
export const rows = '.row-table tbody tr:not(.spacer)'

/** Until the graph is drawn and its layout has come to rest. */
export async function graphDrawn(page: Page): Promise<void> {
  await page.locator('.graph-canvas canvas').first().waitFor()
  // Places are kept when the layout has come to rest.
  await until(page, 'Object.keys(sessionStorage).some((key) => key.startsWith("sallyport-places:"))')
}
