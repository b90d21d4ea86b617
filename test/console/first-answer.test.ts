// How soon an answer is seen: a real browser on the real listener, relays on loopback of which one hangs, others are slow
// and one is quick. From the moment the quick one lets go of its answer to the frame that shows it.
import assert from 'node:assert/strict'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { systemClock } from '../../src/platform/clock.ts'
import { memoryModules } from '../../src/threat-response/modules/modules-memory.ts'
import { relayAt, startRelayStub } from '../../src/threat-response/modules/relay/relay-fixture.ts'
import { openBrowserPage, until } from './browser.ts'
import { options } from './console-page.ts'
import { startConsole } from './real-console.ts'

const route = '/observe/observables'
const boundMs = 300
const rounds = 5
const seriesMax = 3
/** When the quick one answers: before anything is on screen, while the console waits for the first picture, long after. */
const quickAfterMs = [0, 80, 700]

/** Marks the frame after the one in which the reason of the quick module's verdict stood in the page. */
const watch = `
  window.painted = undefined
  new MutationObserver((_, observer) => {
    if (!document.querySelector('.verdicts')?.textContent.includes(window.awaited)) return
    observer.disconnect()
    requestAnimationFrame(() => setTimeout(() => { window.painted = performance.timeOrigin + performance.now() }))
  }).observe(document, { subtree: true, childList: true, characterData: true })`

/** The reason it gives for its judgement names what it was asked about. */
function judged(body: string, who: string): object {
  const [observable]: readonly { readonly value: string }[] = JSON.parse(body)
  const reason = `${who} about ${observable?.value}`
  const judgement = { type: 'judgement', id: 'j', observable, disposition: 2, reason, valid_time: {} }
  return { data: { judgements: { count: 1, docs: [judgement] } } }
}

/** A module that answers after a while, and remembers when. */
function answering(who: string, afterMs: () => number, sent: (at: number) => void = () => undefined) {
  return async (_request: IncomingMessage, response: ServerResponse, body: string) => {
    await systemClock.sleep(afterMs())
    response.end(JSON.stringify(judged(body, who)))
    sent(performance.timeOrigin + performance.now())
  }
}

/** @returns ms from the answer to the frame that shows it */
async function measure(page: Page, value: string, sentAt: () => number): Promise<number> {
  await page.evaluate(`window.awaited = 'quick about ${value}';${watch}`)
  const box = page.getByLabel('Anything you have found')
  await box.fill(value)
  await box.press('Enter')
  await until(page, 'window.painted !== undefined')
  return Number(await page.evaluate('window.painted')) - sentAt()
}

test(
  'issue 9 What must hold: the first answer is on screen within 300 ms of the fastest module',
  options,
  async (t) => {
    await using up = new AsyncDisposableStack()
    const stub = async (answer: Parameters<typeof startRelayStub>[0][string]) =>
      relayAt(up.use(await startRelayStub({ [route]: answer })).url, { settings: { 'supported-apis': route.slice(1) } })
    let [afterMs, sentAt] = [0, 0]
    const quick = answering(
      'quick',
      () => afterMs,
      (at) => void (sentAt = at),
    )
    const modules = [
      { name: 'hangs', module: await stub(() => undefined) },
      { name: 'quick', module: await stub((...call) => void quick(...call)) },
      ...(await Promise.all(
        [1_500, 2_500].map(async (ms) => {
          const slow = answering('slow', () => ms)
          return { name: `slow ${ms}`, module: await stub((...call) => void slow(...call)) }
        }),
      )),
    ]
    const api = up.use(await startConsole(memoryModules(...modules)))
    const { page, complaints } = up.use(await openBrowserPage())
    await page.goto(api.link())
    let asked = 0
    const medianOf = async () => {
      const times: number[] = []
      for (let n = 0; n < rounds; n++) times.push(await measure(page, `198.51.100.${++asked}`, () => sentAt))
      const sorted = times.map(Math.round).toSorted((one, other) => one - other)
      t.diagnostic(`answer after ${afterMs} ms: on screen ${sorted.join(', ')} ms later`)
      return sorted[Math.floor(rounds / 2)] ?? assert.fail()
    }
    for (afterMs of quickAfterMs) {
      let median = await medianOf()
      // A machine that others keep busy is measured again; what is slow by itself stays slow.
      for (let more = 1; more < seriesMax && median > boundMs; more++) median = await medianOf()
      assert.ok(median <= boundMs, `answer after ${afterMs} ms: ${median} ms`)
    }
    assert.deepEqual(complaints, [])
  },
)
