import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ConfigurationField } from '../../wire/api/modules.ts'
import { emptyForm, mistakes, settingsOf } from './settings-form.ts'

const field = (key: string, change: Partial<ConfigurationField> = {}): ConfigurationField => ({
  key,
  type: 'string',
  label: key,
  required: false,
  tooltip: '',
  ...change,
})
const spec = [
  field('url', { required: true }),
  field('token', { type: 'password' }),
  field('timeout', { type: 'integer', default_value: 30 }),
  field('strict', { type: 'boolean', default_value: true }),
  field('auth', { type: 'options', options: [{ value: 'none', label: 'none' }], default_value: 'none' }),
]

test('issue 9, 6: a form begins with the defaults of its specification', () => {
  assert.deepEqual(emptyForm(spec), { url: '', token: '', timeout: '30', strict: 'true', auth: 'none' })
})

test('issue 9, 6: what is needed and not there, or no number, is said at its field', () => {
  assert.deepEqual(mistakes(spec, { ...emptyForm(spec), timeout: 'soon' }), {
    url: 'url is needed',
    timeout: 'timeout is a whole number',
  })
  assert.deepEqual(mistakes(spec, { ...emptyForm(spec), url: 'https://x.example' }), {})
})

test('issue 9, 6: settings have the type of their field, secrets as typed, and nothing that was left empty', () => {
  const filled = { ...emptyForm(spec), url: ' https://x.example ', token: ' a b ', strict: 'false' }
  const further = [
    { key: 'custom_region', value: 'eu' },
    { key: '', value: 'x' },
    { key: 'custom_none', value: '' },
  ]
  assert.deepEqual(settingsOf(spec, filled, further), {
    url: 'https://x.example',
    token: ' a b ',
    timeout: 30,
    strict: false,
    auth: 'none',
    custom_region: 'eu',
  })
  assert.deepEqual(settingsOf(spec, { ...filled, token: '', timeout: '' }, []), {
    url: 'https://x.example',
    strict: false,
    auth: 'none',
  })
})
