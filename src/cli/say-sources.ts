// What a device is going to read, and what it was not given, said for people before anything starts.
import type { ChosenSources } from './ports.ts'
import { printable, say, type Terminal } from './terminal.ts'

/** @returns the sources taken, as arguments of --source */
export function sayChosen(terminal: Terminal, { taken, passedOver, absent }: ChosenSources): readonly string[] {
  for (const { source, why } of taken) say(terminal, printable(`source     ${source}: ${why}`))
  for (const { path, why } of passedOver) say(terminal, printable(`not taken  ${path}: ${why}`))
  if (absent.length > 0) say(terminal, printable(`not there  ${absent.join(', ')}`))
  return taken.map(({ source }) => source)
}
