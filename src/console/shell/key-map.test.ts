import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type KeyPress, keyMap, pressKey } from './key-map.ts'

const press = (key: string, more: Partial<KeyPress> = {}): KeyPress => ({
  key,
  modified: false,
  command: false,
  occupied: false,
  at: 0,
  ...more,
})

test('console 16: g then a letter goes to a screen, and only within the time of a pair', () => {
  const { pending, action } = pressKey(press('g'), null, true)
  assert.equal(action, undefined)
  assert.equal(pressKey(press('e', { at: 500 }), pending, true).action, 'go-events')
  assert.equal(pressKey(press('i', { at: 500 }), pending, true).action, 'go-investigate')
  assert.equal(pressKey(press('e', { at: 5_000 }), pending, true).action, undefined)
})

test('console 8: single keys never fire where text is typed, with a modifier, or when switched off', () => {
  assert.equal(pressKey(press('?'), null, true).action, 'help')
  assert.equal(pressKey(press('?', { occupied: true }), null, true).action, undefined)
  assert.equal(pressKey(press('f', { modified: true }), null, true).action, undefined)
  for (const entry of keyMap) assert.equal(pressKey(press(entry.keys[0]), null, false).action, undefined)
})

test('console: the palette opens from anywhere, also with single keys off', () => {
  const command = press('k', { modified: true, command: true, occupied: true })
  assert.equal(pressKey(command, null, false).action, 'palette')
})

test('console 16: no two entries share their keys, and none hides the first key of a pair', () => {
  const texts = keyMap.map(({ keys }) => keys.join(' '))
  assert.equal(new Set(texts).size, texts.length)
  const firsts = new Set(keyMap.filter(({ keys }) => keys.length === 2).map(({ keys }) => keys[0]))
  assert.ok(keyMap.every(({ keys }) => keys.length === 2 || !firsts.has(keys[0])))
})
