// Chromium for the tests of the console: Debian's, with a profile of its own; absent = skipped loudly
// (console-and-cli 9).
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { chromium, type BrowserContext, type Page } from 'playwright-core'

const found = (process.env['PATH'] ?? '')
  .split(delimiter)
  .flatMap((folder) => ['chromium', 'chromium-browser', 'google-chrome'].map((name) => join(folder, name)))
  .find((path) => existsSync(path))

/** Option for node:test: runs where a browser is, else skips with the reason, which the summary counts. */
export const needsBrowser = found
  ? {}
  : { skip: 'NOT TESTED: no chromium on PATH; install the Debian package chromium' }

/** playwright adds most of these itself; given, an update cannot change them. */
const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export type BrowserPage = AsyncDisposable & {
  readonly page: Page
  readonly context: BrowserContext
  /** What the page complained about: exceptions, errors on the console, violations of the policy. */
  readonly complaints: string[]
}

/** Until it holds on the page, at most 20 s. Not playwright's waitForFunction: that evaluates inside the page, which the policy forbids. */
export async function until(page: Page, expression: string): Promise<void> {
  const end = performance.now() + 20_000
  while (!(await page.evaluate(expression))) {
    if (performance.now() > end) throw new assert.AssertionError({ message: `never came true: ${expression}` })
    await setTimeout(50)
  }
}

/** @param size of the viewport, px */
export async function openBrowserPage(
  size: { width: number; height: number } = { width: 1600, height: 950 },
): Promise<BrowserPage> {
  const profile = await mkdtemp(join(tmpdir(), 'sallyport-browser-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: found ?? '',
    headless: true,
    chromiumSandbox: false,
    args: flags,
    viewport: size,
    reducedMotion: 'reduce',
  })
  const page = context.pages()[0] ?? (await context.newPage())
  page.setDefaultTimeout(20_000)
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    // A refused request is told by the browser as well; what it means is shown on the page.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complaints.push(message.text())
  })
  return {
    page,
    context,
    complaints,
    async [Symbol.asyncDispose]() {
      await context.close()
      await rm(profile, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}
