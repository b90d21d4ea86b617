// Every option can also be said as SALLYPORT_…: `--arrived` as SALLYPORT_ARRIVED, `--no-demo` as SALLYPORT_NO_DEMO. An
// option on the command line wins, also where it may be given more than once.
import { type Command, InvalidArgumentError, type Option } from 'commander'

const noes = new Set(['0', 'false', 'no', 'off'])

/** @returns the variable of an option, from its long name */
export function variableOf(option: Option): string {
  return `SALLYPORT_${(option.long ?? option.name()).replace(/^--/, '').replaceAll('-', '_').toUpperCase()}`
}

/**
 * Lets a command take its options from variables, just before it runs. Switches take 1, true, yes, on; with 0, false,
 * no, off they are not set. An empty variable is none, as where a compose file passes on what is not there.
 */
export function readEnvironment(command: Command, environment: NodeJS.ProcessEnv = process.env): void {
  command.hook('preAction', () => {
    for (const option of command.options) {
      const variable = variableOf(option)
      const text = environment[variable]
      const source = command.getOptionValueSource(option.attributeName())
      if (text === undefined || text === '' || source === 'cli') continue
      const isSwitch = !option.required && !option.optional
      if (isSwitch && noes.has(text.toLowerCase())) continue
      const value = isSwitch ? !option.negate : parsed(command, option, variable, text)
      command.setOptionValueWithSource(option.attributeName(), value, 'env')
    }
  })
}

function parsed(command: Command, option: Option, variable: string, text: string): unknown {
  if (option.parseArg === undefined) return text
  try {
    // Not onto the default: what is said replaces it.
    const none: unknown = Array.isArray(option.defaultValue) ? [] : undefined
    const value: unknown = option.parseArg(text, none)
    return value
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error
    return command.error(`error: variable '${variable}' value '${text}' is invalid. ${error.message}`, {
      code: 'commander.invalidArgument',
      exitCode: 2,
    })
  }
}
