// What stands on the page of an investigation while modules answer, fail or hang: real relays on loopback, asked through
// the real listener; the journal holds nothing of what is asked about.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryModules } from '../../src/threat-response/modules/modules-memory.ts'
import { relayAt, startRelayStub, type StubAnswer } from '../../src/threat-response/modules/relay/relay-fixture.ts'
import { violations } from './accessibility.ts'
import { openBrowserPage } from './browser.ts'
import { options } from './console-page.ts'
import { startConsole } from './real-console.ts'

const route = '/observe/observables'
const settings = { 'supported-apis': route.slice(1) }

const malicious: StubAnswer = (_request, response, body) => {
  const [observable]: readonly { readonly value: string }[] = JSON.parse(body)
  const judgement = { id: 'j', observable, disposition: 2, reason: `bad ${observable?.value}`, valid_time: {} }
  response.end(JSON.stringify({ data: { judgements: { docs: [judgement] } } }))
}
const hangs: StubAnswer = () => undefined

/** A console whose modules answer so, and a page on it. */
async function open(up: AsyncDisposableStack, answers: Readonly<Record<string, StubAnswer>>) {
  const modules = await Promise.all(
    Object.entries(answers).map(async ([name, answer]) => {
      const { url } = up.use(await startRelayStub({ [route]: answer }))
      return { name, module: relayAt(url, { settings }) }
    }),
  )
  const api = up.use(await startConsole(memoryModules(...modules)))
  const { page, complaints } = up.use(await openBrowserPage())
  await page.goto(api.link())
  const box = page.getByLabel('Anything you have found')
  const ask = async (text: string) => {
    await box.fill(text)
    await box.press('Enter')
  }
  return { page, complaints, ask, modules: page.getByRole('region', { name: 'Modules' }) }
}

test('issue 9, 6: a verdict is shown where our own journal knows nothing', options, async () => {
  await using up = new AsyncDisposableStack()
  const { page, complaints, ask, modules } = await open(up, { knows: malicious, hangs })
  await ask('198.51.100.1')
  await page.getByRole('region', { name: 'Verdicts' }).getByText('bad 198.51.100.1').waitFor()
  await modules.getByText('1 of 2 modules answered').waitFor()
  await modules.getByText('still asked').waitFor()
  for (const view of ['Nodes', 'Sightings', 'Events', 'Graph']) {
    await page.getByRole('navigation', { name: 'View' }).getByRole('link', { name: view }).click()
    assert.deepEqual(await violations(page), [], view)
  }
  assert.deepEqual(complaints, [])
})

test(
  'issue 9, 6: where nobody knows anything, who was asked and who failed is said; nothing is claimed early',
  options,
  async () => {
    await using up = new AsyncDisposableStack()
    const waiting = Promise.withResolvers<void>()
    const late: StubAnswer = (_request, response) => {
      void waiting.promise.then(() => response.writeHead(500).end('{"message":"it broke"}'))
    }
    const empty: StubAnswer = { data: {} }
    const { page, complaints, ask, modules } = await open(up, { empty, late })
    await ask('198.51.100.2')
    await modules.getByText('1 of 2 modules answered').waitFor()
    await page.getByText('Nothing is known yet').waitFor()
    assert.equal(await page.getByRole('heading', { name: 'No event holds it' }).count(), 0)
    waiting.resolve()
    await page.getByRole('heading', { name: 'No event holds it' }).waitFor()
    await modules.getByText('it broke [500]').waitFor()
    assert.deepEqual(await violations(page), [])
    assert.deepEqual(complaints, [])
  },
)

test('issue 9, 6: while a module hangs the next question is asked and answered', options, async () => {
  await using up = new AsyncDisposableStack()
  const { page, complaints, ask } = await open(up, { hangs, knows: malicious })
  for (const value of ['198.51.100.3', '198.51.100.4', '198.51.100.5']) {
    await ask(value)
    await page.getByRole('region', { name: 'Verdicts' }).getByText(`bad ${value}`).waitFor()
  }
  assert.deepEqual(complaints, [])
})

test(
  'issue 9, 6: an exchange that stops in the middle takes nothing from the screen; the address asks the next one again',
  options,
  async () => {
    await using up = new AsyncDisposableStack()
    const settingsOf = async (answer: StubAnswer) =>
      relayAt(up.use(await startRelayStub({ [route]: answer })).url, { settings })
    const modules = memoryModules(
      { name: 'knows', module: await settingsOf(malicious) },
      { name: 'hangs', module: await settingsOf(hangs) },
    )
    const first = await startConsole(modules)
    const { page, complaints } = up.use(await openBrowserPage())
    await page.goto(first.link())
    const box = page.getByLabel('Anything you have found')
    await box.fill('198.51.100.6')
    await box.press('Enter')
    const verdict = page.getByRole('region', { name: 'Verdicts' }).getByText('bad 198.51.100.6')
    await verdict.waitFor()
    await page.locator('.graph-canvas canvas').first().waitFor()
    const address = page.url()
    await first[Symbol.asyncDispose]()
    await page.getByRole('alert').waitFor()
    assert.ok(await verdict.isVisible(), 'what was known is on screen still')
    const graph = await page.locator('.graph-canvas').boundingBox()
    assert.ok((graph?.height ?? 0) > 200, 'and has its place')

    const second = up.use(await startConsole(modules, Number(new URL(first.url).port)))
    await page.getByRole('heading', { name: 'Sallyport' }).waitFor()
    await page.goto(second.link())
    await box.waitFor()
    await page.goto(address)
    await verdict.waitFor()
    assert.notEqual(new URL(page.url()).searchParams.get('id'), new URL(address).searchParams.get('id'))
    assert.deepEqual(complaints, [])
  },
)

test('issue 9, 6: a part of the page that does not come takes nothing else away', options, async () => {
  await using up = new AsyncDisposableStack()
  const { page, ask } = await open(up, { knows: malicious })
  await page.route('**/graph-panel-*.js', (asked) => asked.abort())
  await ask('198.51.100.7')
  await page.getByText('This part of the page could not be loaded').waitFor()
  await page.getByRole('region', { name: 'Verdicts' }).getByText('bad 198.51.100.7').waitFor()
})
