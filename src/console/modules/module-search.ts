// The state of the Modules page as it stands in its address.

export type ModuleSearch = {
  /** The module whose pane is open. */
  readonly module?: string
  /** The dialogue that adds one. */
  readonly add?: '1'
}

/** @returns what is known of it, without what is empty. */
export function readModuleSearch(search: Readonly<Record<string, unknown>>): ModuleSearch {
  const { module, add } = search
  return {
    ...(typeof module === 'string' && module !== '' && { module }),
    ...(add === '1' && { add: '1' as const }),
  }
}
