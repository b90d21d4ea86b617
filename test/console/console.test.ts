// The console in a real browser, over the contract double of the API (console-and-cli 9).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { violations } from './accessibility.ts'
import { openBrowserPage, until } from './browser.ts'
import { graphDrawn, options, rows, story } from './console-page.ts'
import { hostile, largeSeed } from './stub-data.ts'
import { problem } from './stub-answer.ts'
import { openStubServer } from './stub-server.ts'

test(
  'console, sign-in: without a session every page leads to the link, and the link leads in, once',
  options,
  async () => {
    await using server = await openStubServer({ signedIn: false })
    await using browser = await openBrowserPage()
    const { page } = browser
    await page.goto(`${server.url}/events`)
    await page.getByLabel('One-time link').waitFor()
    await page.goto(`${server.url}/signin#link=wrong`)
    await page.getByRole('alert').getByText('session.link').waitFor()
    await page.getByText('The sign-in link was used or has expired.').waitFor()
    await page.getByText('Run `sallyport link` for a new one.').waitFor()
    assert.equal(new URL(page.url()).hash, '', 'a spent secret stays in no address')
    assert.ok(!server.asked.some((asked) => asked.includes('wrong')), 'nor in a request line')
    await page.getByLabel('One-time link').fill(`${server.url}/signin#link=stub-link`)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByLabel('Anything you have found').waitFor()
    assert.deepEqual(browser.complaints, [])
  },
)

test(
  'console 11, 14: paste, see chips before anything runs, then graph, nodes, sightings and lines',
  options,
  async () => {
    await using server = await openStubServer({ signedIn: true })
    await using browser = await openBrowserPage()
    const { page } = browser
    await page.goto(`${server.url}/`)
    await page
      .getByLabel('Anything you have found')
      .fill('seen: 203[.]0[.]113[.]77 and hxxps://update-check[.]example/a')
    const chips = page.getByRole('list', { name: 'What was understood' }).locator('.chip')
    await chips.nth(1).waitFor()
    assert.deepEqual(await chips.locator('.chip-type').allTextContents(), ['ip', 'url'])
    assert.ok(!server.asked.some((asked) => asked.includes('/investigations')), 'nothing ran yet')
    await page.getByRole('button', { name: 'Investigate', exact: true }).click()
    await graphDrawn(page)
    assert.match(page.url(), /id=inv-1/)
    const graph = page.getByRole('application')
    assert.match(
      (await graph.getAttribute('aria-label')) ?? '',
      /Graph of 84 nodes and 84 relations; the tab Nodes lists the same/,
    )
    await page.getByRole('link', { name: 'Nodes' }).click()
    await page.locator(rows).first().waitFor()
    assert.equal(await page.locator('.found-table').getAttribute('aria-rowcount'), '85')
    await page.getByRole('link', { name: 'Sightings' }).click()
    await page.getByRole('cell', { name: 'EXAMPLE MALWARE Beacon' }).first().waitFor()
    await page.getByRole('link', { name: 'Events', exact: true }).last().click()
    await page.locator(rows).first().click()
    await page.getByText('The line as it arrived').first().waitFor()
    assert.match((await page.locator('pre.raw').textContent()) ?? '', /^\{"timestamp"/)
    assert.deepEqual(browser.complaints, [])
  },
)

test(
  'console 1, 14: a deep link runs what it says, and a reload brings the same picture and selection',
  options,
  async () => {
    await using server = await openStubServer({ signedIn: true })
    await using browser = await openBrowserPage()
    const { page } = browser
    await page.goto(`${server.url}/investigate?q=${encodeURIComponent(story)}&sel=domain%3Aupdate-check.example`)
    await graphDrawn(page)
    await page.getByRole('complementary', { name: 'Selected' }).getByText('update-check.example').first().waitFor()
    const places =
      'JSON.stringify(Object.entries(sessionStorage).filter(([key]) => key.startsWith("sallyport-places:")))'
    const before = await page.evaluate(places)
    const asked = server.asked.filter((one) => one.startsWith('POST /api/v1/investigations')).length
    await page.reload()
    await page.locator('.graph-canvas canvas').first().waitFor()
    await page.getByRole('complementary', { name: 'Selected' }).getByText('update-check.example').first().waitFor()
    assert.equal(await page.evaluate(places), before)
    assert.equal(
      server.asked.filter((one) => one.startsWith('POST /api/v1/investigations')).length,
      asked,
      'the same investigation',
    )
  },
)

test('console 5, 9: graph and table share the selection, and a node leads to its events', options, async () => {
  await using server = await openStubServer({ signedIn: true })
  await using browser = await openBrowserPage()
  const { page } = browser
  await page.goto(`${server.url}/investigate?q=${encodeURIComponent(story)}`)
  await graphDrawn(page)
  const graph = page.getByRole('application')
  await graph.focus()
  await page.keyboard.press('ArrowRight')
  const pane = page.getByRole('complementary', { name: 'Selected' })
  const value = await pane.locator('.details-value').textContent()
  assert.ok(value)
  await page.getByRole('link', { name: 'Nodes' }).click()
  await page.getByRole('checkbox', { checked: true }).waitFor()
  assert.equal(await page.getByRole('checkbox', { checked: true }).getAttribute('aria-label'), `Select ${value}`)
  await pane.getByRole('button', { name: 'Events with this value' }).click()
  await page.waitForURL(/\/events\?q=/)
  assert.ok(new URL(page.url()).searchParams.get('q')?.endsWith(`:${value}`))
  await page.locator(rows).first().waitFor()
})

test('console 7: look-alikes are grouped, opened and undone by keys; nothing else moves', options, async () => {
  await using server = await openStubServer({ signedIn: true })
  await using browser = await openBrowserPage()
  const { page } = browser
  await page.goto(`${server.url}/investigate?q=${encodeURIComponent(story)}`)
  await graphDrawn(page)
  const drawn = page.locator('.graph-state')
  await page.getByText('67 nodes drawn, 2 groups').waitFor()
  const places = async (): Promise<string> =>
    String(
      await page.evaluate(
        'JSON.parse(Object.entries(sessionStorage).find(([key]) => key.startsWith("sallyport-places:"))[1]).at["ip:203.0.113.77"].x',
      ),
    )
  const before = await places()
  await page.getByRole('application').focus()
  await page.keyboard.press('u')
  await page.getByText('84 nodes drawn').waitFor()
  assert.equal(await places(), before)
  await page.keyboard.press('z')
  await page.getByText('67 nodes drawn').waitFor()
  assert.match((await drawn.textContent()) ?? '', /look-alikes/)
})

test(
  'console, Events: newest first by cursor; facets and brush write the query into the address',
  options,
  async () => {
    await using server = await openStubServer({ signedIn: true })
    await using browser = await openBrowserPage()
    const { page } = browser
    await page.goto(`${server.url}/events`)
    await page.getByText('1,000 events').first().waitFor()
    await page.getByText('2 gaps: at least 120 events missing').waitFor()
    await page.getByRole('button', { name: /^Berlin edge 665/ }).waitFor()
    await page.locator(rows).first().focus()
    await page.keyboard.press('End')
    await until(page, `document.querySelectorAll('.row-table tr[data-index="150"]').length === 0`)
    await until(page, `performance.getEntriesByType('resource').some(({ name }) => name.includes('cursor=100'))`)
    await page.getByRole('button', { name: /^alert/ }).click()
    await page.waitForURL(/q=type%3Aalert/)
    await page.getByText('254 events').first().waitFor()
    await page.getByRole('button', { name: 'Without severity low' }).click()
    await page.waitForURL((url) => url.searchParams.get('q') === 'type:alert -severity:low')
    await page.getByText('177 events').first().waitFor()
    const box = await page.locator('.u-over').boundingBox()
    assert.ok(box)
    await page.mouse.move(box.x + box.width * 0.5, box.y + 20)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width * 0.75, box.y + 20, { steps: 4 })
    await page.mouse.up()
    await page.waitForURL((url) => url.searchParams.has('since') && url.searchParams.has('until'))
    assert.match(await page.locator('.range-button').innerText(), /UTC/)
    await page.goBack()
    await page.getByText('177 events').first().waitFor()
    assert.deepEqual(browser.complaints, [])
  },
)

test(
  'console: what the API refuses is shown with what, remedy and code; an empty answer teaches the next command',
  options,
  async () => {
    await using server = await openStubServer({ signedIn: true })
    await using browser = await openBrowserPage()
    const { page } = browser
    await page.goto(`${server.url}/events?q=${encodeURIComponent('((a')}`)
    const alert = page.getByRole('alert')
    for (const part of ['A bracket is opened and not closed.', 'See docs/query.md.', 'query.malformed'])
      await alert.getByText(part).waitFor()
    await page.goto(`${server.url}/events?q=type:nothing`)
    await page.getByRole('heading', { name: 'No event matches' }).waitFor()
    await page.getByText('sallyport events search QUERY').first().waitFor()
    server.failing.set(
      'investigations',
      problem(503, 'journal.unavailable', 'The journal cannot be used now.', 'Try again.'),
    )
    await page.goto(`${server.url}/investigate?q=203.0.113.77`)
    await alert.getByText('journal.unavailable').waitFor()
    server.failing.clear()
    await alert.getByRole('button', { name: 'Try again' }).click()
    await graphDrawn(page)
  },
)

test('console, sign-in: where a session ends in the middle, the page leads to the sign-in', options, async () => {
  await using server = await openStubServer({ signedIn: true })
  await using browser = await openBrowserPage()
  const { page } = browser
  await page.goto(`${server.url}/events`)
  await page.locator(rows).first().waitFor()
  server.failing.set(
    '',
    problem(401, 'session.missing', 'You are not signed in.', 'Open the link that `sallyport up` prints.'),
  )
  await page.getByRole('button', { name: 'Ask again' }).click()
  await page.getByLabel('One-time link').waitFor()
})

test('console 8: every page by keys alone, and single keys can be switched off', options, async () => {
  await using server = await openStubServer({ signedIn: true })
  await using browser = await openBrowserPage()
  const { page } = browser
  await page.goto(`${server.url}/investigate`)
  await page.getByLabel('Anything you have found').waitFor()
  await page.keyboard.press('/')
  await page.keyboard.type('ge?203.0.113.77')
  assert.equal(
    await page.getByLabel('Anything you have found').inputValue(),
    'ge?203.0.113.77',
    'keys never fire in inputs',
  )
  await page.keyboard.press('Enter')
  await graphDrawn(page)
  await page.getByRole('application').focus()
  await page.keyboard.press('g')
  await page.keyboard.press('e')
  await page.waitForURL(/\/events/)
  await page.locator(rows).first().waitFor()
  assert.equal(await page.title(), 'Events · Sallyport')
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  assert.equal(await page.evaluate('document.activeElement.dataset.index'), '1')
  await page.keyboard.press('o')
  await page.getByRole('complementary', { name: 'Event' }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('complementary', { name: 'Event' }).waitFor({ state: 'detached' })
  await page.keyboard.press('g')
  await page.keyboard.press('i')
  await page.waitForURL(/\/investigate\?q=ge/)
  await page.locator('.graph-canvas canvas').first().waitFor()
  await page.keyboard.press('?')
  await page.getByRole('dialog', { name: 'Keys' }).waitFor()
  await page.getByRole('switch', { name: 'Single-key shortcuts' }).focus()
  await page.keyboard.press('Space')
  await page.keyboard.press('Escape')
  await page.getByRole('dialog', { name: 'Keys' }).waitFor({ state: 'detached' })
  await page.keyboard.press('?')
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog', { name: 'Commands' }).waitFor()
  assert.equal(await page.getByRole('dialog', { name: 'Keys' }).count(), 0)
  await page.keyboard.type('go to inv')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/investigate/)
})

test(
  'security S4: what an attacker writes into a line stays text: no script, no element, no turned name',
  options,
  async () => {
    await using server = await openStubServer({ signedIn: true })
    await using browser = await openBrowserPage()
    const { page } = browser
    const id = encodeURIComponent(server.events[5]?.id ?? '')
    const screens = [
      `/events?event=${id}`,
      `/events?q=${encodeURIComponent(hostile.markup)}`,
      `/investigate?q=${encodeURIComponent(`${story} ${hostile.markup}`)}`,
      `/investigate?q=${encodeURIComponent(story)}&view=table&sel=${encodeURIComponent(`file_name:${hostile.turned}`)}`,
      `/investigate?q=${encodeURIComponent(story)}&sel=${encodeURIComponent(`user:${hostile.markup}`)}`,
      `/signin#link=${encodeURIComponent(hostile.markup)}`,
    ]
    for (const screen of screens) {
      await page.goto(`${server.url}${screen}`)
      await page
        .locator(screen.startsWith('/signin') ? '[role=alert]' : `${rows}, .graph-canvas canvas, .empty`)
        .first()
        .waitFor()
      assert.equal(await page.evaluate('window.attacked'), undefined, screen)
      assert.equal(await page.locator('svg[onload], img, a[href^="javascript:" i]').count(), 0, screen)
      // Fields hold what was typed; everything shown has its hidden characters written out.
      const shown = String(await page.evaluate('document.body.innerText'))
      assert.doesNotMatch(shown, /[\u202a-\u202e\u2066-\u2069\u200b]/, screen)
    }
    await page.goto(`${server.url}/events?event=${id}`)
    await page.locator('.pane').getByText('invoice\\u{202E}gnp.exe').first().waitFor()
    assert.deepEqual(browser.complaints, [], 'nothing ran and nothing broke the policy')
  },
)

for (const theme of ['dark', 'light'])
  test(`console 8: axe finds nothing on any page, ${theme}`, options, async () => {
    await using server = await openStubServer({ signedIn: true })
    await using browser = await openBrowserPage()
    const { page } = browser
    await page.goto(`${server.url}/signin`)
    await page.evaluate(`localStorage.setItem('mantine-color-scheme-value', '${theme}')`)
    const link = `/investigate?q=${encodeURIComponent(story)}`
    const screens: readonly (readonly [string, string, string?])[] = [
      ['/signin', '.sign-in-card'],
      ['/investigate', '.examples'],
      [link, '.graph-canvas canvas'],
      [`${link}&sel=domain%3Aupdate-check.example`, '.details-value'],
      [`${link}&view=table`, rows],
      [`${link}&view=sightings`, rows],
      [`${link}&view=events&event=${server.events[1]?.id}`, 'pre.raw'],
      ['/investigate?q=192.0.2.250', '.empty'],
      ['/events', rows],
      [`/events?event=${server.events[40]?.id}`, 'pre.raw'],
      ['/events?q=((', '.problem'],
      ['/events?q=type:none', '.empty'],
      ['/events', rows, '?'],
      ['/events', rows, 'Control+k'],
    ]
    for (const [path, ready, key] of screens) {
      await page.goto(`${server.url}${path}`)
      await page.locator(ready).first().waitFor()
      if (key) await page.keyboard.press(key)
      if (key) await page.getByRole('dialog').waitFor()
      assert.equal(await page.locator('html').getAttribute('data-mantine-color-scheme'), theme)
      assert.deepEqual(await violations(page), [], `${path} ${key ?? ''}`)
    }
    await page.goto(`${server.url}/events`)
    for (const opener of ['.help-button', '.range-button', '.gaps-button', `${rows} .observable`]) {
      await page.locator(opener).first().click()
      await page.locator('.pop:popover-open').waitFor()
      assert.deepEqual(await violations(page), [], opener)
      await page.keyboard.press('Escape')
      await page
        .locator('.pop:popover-open')
        .waitFor({ state: 'detached' })
        .catch(() => undefined)
    }
    assert.deepEqual(browser.complaints, [])
  })

test('console: each screen says what gives the same from a shell', options, async () => {
  await using server = await openStubServer({ signedIn: true })
  await using browser = await openBrowserPage()
  const { page } = browser
  for (const [path, command] of [
    ['/investigate', 'investigate TEXT'],
    ['/events', 'events search'],
    ['/devices', 'exchange device ls'],
    ['/modules', 'module ls'],
  ] as const) {
    await page.goto(`${server.url}${path}`)
    await page.locator('.nav-foot').getByText(`sallyport ${command}`, { exact: true }).waitFor()
  }
})

test('console 7: at 1280 px nothing is cut off sideways, and below it the event covers the list', options, async () => {
  await using server = await openStubServer({ signedIn: true })
  await using browser = await openBrowserPage({ width: 1280, height: 800 })
  const { page } = browser
  const event = server.events[1]?.id ?? ''
  for (const width of [1280, 1000]) {
    await page.setViewportSize({ width, height: 800 })
    for (const path of ['/events', `/events?event=${event}`, `/investigate?q=${encodeURIComponent(story)}`]) {
      await page.goto(`${server.url}${path}`)
      await page.locator(`${rows}, .graph-canvas canvas`).first().waitFor()
      assert.equal(
        await page.evaluate('document.documentElement.scrollWidth <= innerWidth'),
        true,
        `${path} at ${width}`,
      )
    }
  }
})

/** Budget of console-and-cli 6 and the 30 % by which a bench may miss it; the CPU, which a busy machine changes least. */
const cpuSecondsMax = 3.5 * 1.3

test('console 6, budget: 1,000 nodes cost the page at most 3.5 s of CPU and 100 MB', options, async (t) => {
  await using server = await openStubServer({ signedIn: true })
  await using browser = await openBrowserPage()
  const { page, context } = browser
  const devtools = await context.newCDPSession(page)
  // The thread's own time: tasks of a busy machine take longer by the clock.
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' })
  await page.goto(`${server.url}/investigate?q=${largeSeed}`)
  await graphDrawn(page)
  const { metrics } = await devtools.send('Performance.getMetrics')
  const metric = (name: string) => metrics.find((one) => one.name === name)?.value ?? Number.NaN
  const heapMb = metric('JSHeapUsedSize') / 1e6
  t.diagnostic(
    `${await page.locator('.graph-state').innerText()}: ${metric('TaskDuration').toFixed(2)} s CPU, ${heapMb.toFixed(0)} MB`,
  )
  assert.ok(metric('TaskDuration') <= cpuSecondsMax, `${metric('TaskDuration')} s`)
  assert.ok(heapMb <= 100, `${heapMb} MB`)
})
