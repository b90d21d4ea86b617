// Starts a process of the tree as a supervised child, with its output in the data folder.
import { openSync } from 'node:fs'
import { join } from 'node:path'
import { isCode } from '../core/codes.ts'
import { Fault } from '../core/fault.ts'
import { type ChildOptions, isFailure, type SupervisedChild, superviseChild } from '../platform/supervised-child.ts'

export type Deaths = (title: string, how: string) => void

/** How a child is watched: who hears of it, and whether it is to run at all. */
export type Watch = { readonly logs: string; readonly onDeath: Deaths } & Partial<
  Pick<ChildOptions, 'off' | 'onChange'>
>

export type Child = Pick<ChildOptions, 'title' | 'script' | 'options'>

/** @returns what is run for a child, for people */
export function commandOf({ title, script }: Pick<Child, 'title' | 'script'>): string {
  return `${process.execPath} ${script} ${title}`
}

/** @throws Fault where its first start fails, as the child says */
export async function startChild(
  { title, script, options }: Child,
  { logs, ...watch }: Watch,
): Promise<SupervisedChild> {
  const log = join(logs, `${title}.stderr.log`)
  const stderr = openSync(log, 'a', 0o600)
  const started = await superviseChild({ title, script, args: [title], options, stderr, log, ...watch })
  if (isFailure(started))
    throw new Fault(isCode(started.code) ? started.code : 'internal', { what: started.what, remedy: started.remedy })
  return started
}
