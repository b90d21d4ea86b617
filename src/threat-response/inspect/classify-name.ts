// What a run of name characters is: a domain, a hash, a file name, or nothing.
import { type Observable, normalise } from '../../core/observable.ts'
import { DIGIT, HEX, LETTER_OR_DIGIT, characterClass } from './character-class.ts'
import { ambiguousExtensions, fileExtensions } from './file-extensions.ts'
import { knownDomain } from './known-domain.ts'

/** What stands round the run, for the cases where the run alone does not decide. */
export type Surroundings = {
  /** A dot in it was defanged. */
  readonly proven: boolean
  /** The two characters before it, the one before it last. */
  readonly before: string
  /** The two characters after it. */
  readonly after: string
}

/** A file's name is at most this long on common file systems. */
const FILE_NAME_MAX = 255

/** @returns what it is, the hash before the file name that holds it (`<sha256>.exe`), or undefined. */
export function classifyName(run: string, around: Surroundings): Observable | undefined {
  if (run.length < 4) return undefined
  const dot = run.lastIndexOf('.')
  if (dot > 0) {
    const domain = run.length <= 512 ? domainOf(run, run.slice(dot + 1), around) : undefined
    if (domain !== undefined) return normalise('domain', domain)
  }
  const hash = hashOf(run)
  if (hash !== undefined || dot < 1) return hash
  const file = run.length <= FILE_NAME_MAX && fileExtensions.has(run.slice(dot + 1).toLowerCase())
  return file ? normalise('file_name', run) : undefined
}

function domainOf(run: string, top: string, around: Surroundings): string | undefined {
  if (around.proven) return knownDomain(run)
  if (isPathPart(around.before) || isMadeName(run, top)) return undefined
  if (ambiguousExtensions.has(top.toLowerCase()) && !isProven(run, around)) return undefined
  return knownDomain(run)
}

/** `dir/name`, `Win32/Agent.AE`, `C:\COMMAND.COM`, `Eicar::95.sbx.tg`; not `//name` and `\\name`, which are hosts. */
function isPathPart(before: string): boolean {
  const last = before.at(-1)
  if (before === '::') return true
  return (last === '/' || last === '\\') && before.at(-2) !== last
}

/** A name that people or programs made: `Agent.ET`, `System.IO`, or two sentences without a space (`done.In`). */
function isMadeName(run: string, top: string): boolean {
  if (/^[A-Z]{2}$/.test(top)) return /[a-z]/.test(run.slice(0, -3))
  return /^[A-Z][a-z]+$/.test(top) && !/^(?:Com|Net|Org)$/.test(top)
}

function isProven(run: string, around: Surroundings): boolean {
  return (
    /^www\./i.test(run) ||
    around.before.endsWith('//') ||
    around.before.endsWith('\\\\') ||
    around.after.startsWith('/') ||
    /^:\d/.test(around.after)
  )
}

/** A hash stands alone or beside `.`, `-`, `_`. Without both a letter and a digit it is a number or a filler. */
function hashOf(run: string): Observable | undefined {
  for (let start = 0; start <= run.length - 32; ) {
    let end = start
    let all = HEX | LETTER_OR_DIGIT
    let some = 0
    for (; end < run.length; end++) {
      const bits = characterClass(run.charCodeAt(end))
      if ((bits & LETTER_OR_DIGIT) === 0) break
      all &= bits
      some |= (bits & DIGIT) !== 0 ? WITH_DIGIT : WITH_LETTER
    }
    const type = hashTypes.get(end - start)
    if (type !== undefined && (all & HEX) !== 0 && some === (WITH_DIGIT | WITH_LETTER))
      return { type, value: run.slice(start, end).toLowerCase() }
    start = end + 1
  }
  return undefined
}

const WITH_DIGIT = 1
const WITH_LETTER = 2

const hashTypes: ReadonlyMap<number, 'md5' | 'sha1' | 'sha256'> = new Map([
  [32, 'md5'],
  [40, 'sha1'],
  [64, 'sha256'],
])
