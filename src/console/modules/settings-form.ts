// What a form made from `configuration_spec` holds, and the settings that come of it (threat-response-contract 2.4).
import type { ConfigurationField, ModuleSettings, SettingValue } from '../../wire/api/modules.ts'

/** Every field as text, the way inputs hold it; a box that is ticked is `true`. */
export type Filled = Readonly<Record<string, string>>

/** A setting beside those of the form, as `custom_NAME`. */
export type Further = { readonly key: string; readonly value: string }

/** @returns the form with its defaults. */
export function emptyForm(spec: readonly ConfigurationField[]): Filled {
  return Object.fromEntries(
    spec.map(({ key, default_value: value }) => [key, value === undefined ? '' : asText(value)]),
  )
}

/** @returns what is wrong with each field that is, by its key. */
export function mistakes(spec: readonly ConfigurationField[], filled: Filled): Readonly<Record<string, string>> {
  return Object.fromEntries(
    spec.flatMap(({ key, type, required, label }) => {
      const text = (filled[key] ?? '').trim()
      if (required && text === '') return [[key, `${label} is needed`]]
      if (type === 'integer' && text !== '' && !/^-?\d{1,15}$/.test(text)) return [[key, `${label} is a whole number`]]
      return []
    }),
  )
}

/** @returns the settings as the API takes them; what was left empty is not there. */
export function settingsOf(
  spec: readonly ConfigurationField[],
  filled: Filled,
  further: readonly Further[],
): ModuleSettings {
  const settings: Record<string, SettingValue> = {}
  for (const { key, type } of spec) {
    const text = filled[key] ?? ''
    if (type === 'boolean') settings[key] = text === 'true'
    else if (text.trim() === '') continue
    else settings[key] = type === 'integer' ? Number(text) : type === 'password' ? text : text.trim()
  }
  for (const { key, value } of further) if (key.trim() !== '' && value !== '') settings[key.trim()] = value
  return settings
}

function asText(value: SettingValue): string {
  return typeof value === 'object' ? value.join('\n') : String(value)
}
