// Every key of the console in one list: the sheet prints it, the shell and the pages act on it (console-and-cli 16).

export type KeyAction =
  | 'help'
  | 'palette'
  | 'go-investigate'
  | 'go-events'
  | 'go-devices'
  | 'go-modules'
  | 'search'
  | 'next'
  | 'previous'
  | 'open'
  | 'refresh'
  | 'pause'
  | 'add'
  | 'fit'
  | 'rearrange'
  | 'group'
  | 'labels'
  | 'pin'
  | 'undo'

export type KeyEntry = {
  readonly action: KeyAction
  /** One key, or two in a row. */
  readonly keys: readonly [string] | readonly [string, string]
  readonly says: string
  readonly where: 'everywhere' | 'tables' | 'graph'
}

export const keyMap: readonly KeyEntry[] = [
  { action: 'help', keys: ['?'], says: 'Show these keys', where: 'everywhere' },
  { action: 'go-investigate', keys: ['g', 'i'], says: 'Go to Investigate', where: 'everywhere' },
  { action: 'go-events', keys: ['g', 'e'], says: 'Go to Events', where: 'everywhere' },
  { action: 'go-devices', keys: ['g', 'd'], says: 'Go to Devices', where: 'everywhere' },
  { action: 'go-modules', keys: ['g', 'm'], says: 'Go to Modules', where: 'everywhere' },
  { action: 'search', keys: ['/'], says: 'Go to the box of the page', where: 'everywhere' },
  { action: 'next', keys: ['j'], says: 'Next row', where: 'tables' },
  { action: 'previous', keys: ['k'], says: 'Previous row', where: 'tables' },
  { action: 'open', keys: ['o'], says: 'Open the row', where: 'tables' },
  { action: 'refresh', keys: ['r'], says: 'Ask again', where: 'tables' },
  { action: 'pause', keys: ['h'], says: 'Follow live events, or hold them', where: 'tables' },
  { action: 'add', keys: ['a'], says: 'Add a device or a module', where: 'tables' },
  { action: 'fit', keys: ['f'], says: 'Fit the graph into its panel', where: 'graph' },
  { action: 'rearrange', keys: ['l'], says: 'Rearrange the nodes that are not pinned', where: 'graph' },
  { action: 'group', keys: ['u'], says: 'Group or ungroup look-alikes', where: 'graph' },
  { action: 'labels', keys: ['t'], says: 'Show or hide labels', where: 'graph' },
  { action: 'pin', keys: ['p'], says: 'Pin the selected nodes where they are', where: 'graph' },
  { action: 'undo', keys: ['z'], says: 'Undo the last change of the picture', where: 'graph' },
]

export type KeyPress = {
  readonly key: string
  /** Ctrl, Alt or Meta held. */
  readonly modified: boolean
  /** Ctrl or Meta held: for the palette. */
  readonly command: boolean
  /** The focus is where text is typed, or inside a dialog or menu that has keys of its own. */
  readonly occupied: boolean
  readonly at: number
}

/** The first key of a pair, and when it was pressed. */
export type KeyPending = { readonly key: string; readonly at: number } | null

/** Long enough for the second key, short enough that a forgotten first key does not bite. */
const pairWithinMs = 1_200

/**
 * @param singleKeys the one switch: off, only Ctrl/Cmd-K is left
 * @returns the action, if any, and what the next key may complete
 */
export function pressKey(
  press: KeyPress,
  pending: KeyPending,
  singleKeys: boolean,
): { readonly action?: KeyAction; readonly pending: KeyPending } {
  if (press.command && press.key.toLowerCase() === 'k') return { action: 'palette', pending: null }
  if (!singleKeys || press.modified || press.occupied) return { pending: null }
  const first = pending && press.at - pending.at <= pairWithinMs ? pending.key : undefined
  const found = keyMap.find(({ keys: [one, two] }) =>
    first === undefined ? two === undefined && one === press.key : one === first && two === press.key,
  )
  if (found) return { action: found.action, pending: null }
  const begins = keyMap.some(({ keys }) => keys.length === 2 && keys[0] === press.key)
  return { pending: begins ? { key: press.key, at: press.at } : null }
}
