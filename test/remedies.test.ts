// What a remedy tells people to type or to read is there (console-and-cli 10, "Doctor" 4).
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { commands } from '../src/cli/commands.ts'
import { codes } from '../src/core/codes.ts'
import { explanations } from '../src/core/explanations.ts'
import { root } from './sallyport.ts'

const paths: ReadonlySet<string> = new Set(
  commands.flatMap(({ path, bare }) => (bare ? [path, path.split(' ')[0] ?? ''] : [path])),
)
const verbs: ReadonlySet<string> = new Set(['status', 'enablebyid', 'disablebyid', 'restartbyid'])

/** @returns what is wrong with the commands and pages that a text names */
function faultsIn(text: string): string[] {
  const typed = [...text.matchAll(/`sallyport ([^`]+)`/g)].map((match) => match[1] ?? '')
  const pages = [...text.matchAll(/\bdocs\/[\w./-]+\.md\b/g)].map((match) => match[0])
  return [...typed.filter((line) => !isCommand(line)), ...pages.filter((page) => !existsSync(join(root, page)))]
}

function isCommand(line: string): boolean {
  const words = line.split(' ')
  const [first, second = ''] = words
  if (first === 'pmtool') return verbs.has(second)
  // The words of a command are small; what is meant as an argument is not.
  const own = words.filter((word) => /^[a-z][a-z-]*$/.test(word)).join(' ')
  return paths.has(own)
}

test('console-and-cli 10: every command and page that a remedy names exists', () => {
  const faults = Object.entries(codes).flatMap(([code, { cause, remedy }]) =>
    faultsIn(`${cause} ${remedy} ${Object.entries(explanations).find(([name]) => name === code)?.[1] ?? ''}`).map(
      (fault) => `${code}: ${fault}`,
    ),
  )
  assert.deepEqual(faults, [])
  assert.deepEqual(faultsIn('Run `sallyport exchange cert renew`, see docs/nothing.md.'), [
    'exchange cert renew',
    'docs/nothing.md',
  ])
})
