// Settings of an instance: checked against the form of its type, parted into what may be shown and what is sealed
// (threat-response-contract 2.4).
import { Fault } from '../../core/fault.ts'
import {
  type ConfigurationField,
  type ModuleSettings,
  type ModuleTypeRecord,
  type SettingValue,
  secretPlaceholder,
} from '../../wire/api/modules.ts'

type Form = Pick<ModuleTypeRecord, 'title' | 'configuration_spec' | 'furtherSettings'>

const furtherMax = 64
const furtherCharactersMax = 16_384

/**
 * @returns the settings with the types their form wants; what is empty is left out
 * @throws Fault module.settings
 */
export function checkSettings(form: Form, given: ModuleSettings): ModuleSettings {
  const checked: Record<string, SettingValue> = {}
  for (const [key, value] of Object.entries(given)) {
    const field = form.configuration_spec.find((one) => one.key === key)
    if (field === undefined && !isFurther(form, key)) throw unfit(`"${key}" is no setting of ${form.title}`)
    if (value === secretPlaceholder) throw unfit(`"${key}" is the placeholder of a secret, not a secret`)
    if (value === '' || (Array.isArray(value) && value.length === 0)) continue
    checked[key] = field === undefined ? furtherValue(key, value) : fieldValue(field, value)
  }
  if (Object.keys(checked).length > form.configuration_spec.length + furtherMax) throw unfit('There are too many')
  for (const { key, required } of form.configuration_spec)
    if (required && checked[key] === undefined) throw unfit(`"${key}" is missing`)
  return checked
}

/** Whether a setting is a secret: by its field, or by a name that says so where it has none. */
export function isSecret(form: Form, key: string): boolean {
  const field = form.configuration_spec.find((one) => one.key === key)
  return field === undefined ? /password|secret|token|key/i.test(key) : field.type === 'password'
}

export function partSettings(form: Form, settings: ModuleSettings) {
  const entries = Object.entries(settings)
  return {
    open: Object.fromEntries(entries.filter(([key]) => !isSecret(form, key))),
    secret: Object.fromEntries(entries.filter(([key]) => isSecret(form, key))),
  }
}

/** @returns the settings as everybody may see them */
export function shownSettings(form: Form, settings: ModuleSettings): ModuleSettings {
  return Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [key, isSecret(form, key) ? secretPlaceholder : value]),
  )
}

function isFurther({ furtherSettings }: Form, key: string): boolean {
  return furtherSettings !== '' && key.startsWith(furtherSettings) && key.length > furtherSettings.length
}

function furtherValue(key: string, value: SettingValue): SettingValue {
  if (JSON.stringify(value).length > furtherCharactersMax) throw unfit(`"${key}" is too long`)
  return value
}

function fieldValue({ key, type, options = [] }: ConfigurationField, value: SettingValue): SettingValue {
  switch (type) {
    case 'integer': {
      const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value
      if (!Number.isSafeInteger(number)) throw unfit(`"${key}" is no whole number`)
      return number
    }
    case 'boolean':
      if (value === 'true' || value === true) return true
      if (value === 'false' || value === false) return false
      throw unfit(`"${key}" is neither true nor false`)
    case 'options':
      if (!options.some((option) => option.value === value))
        throw unfit(`"${key}" is none of ${options.map((option) => option.value).join(', ')}`)
      return value
    case 'string':
    case 'password':
      if (typeof value === 'string' || Array.isArray(value)) return value
      throw unfit(`"${key}" is no text`)
    default:
      return type satisfies never
  }
}

function unfit(what: string): Fault {
  return new Fault('module.settings', { what })
}
