// What the tidy test holds: words with one home, names that say nothing, and files that were longer when the rule came.

export type BannedWord = {
  readonly word: string
  readonly pattern: RegExp
  readonly instead: string
  /** Files and folders where it may stand. */
  readonly homes: readonly string[]
  /** Whether tests are held to it too. */
  readonly tests: boolean
  /** Files that hold it for a reason; the test fails when the reason is gone. */
  readonly exceptions: readonly { readonly file: string; readonly why: string }[]
}

export const bannedWords: readonly BannedWord[] = [
  {
    word: 'Date.now',
    pattern: /\bDate\.now\b/g,
    instead: 'take a Clock (platform/clock.ts)',
    homes: ['src/platform/clock.ts', 'src/console/', 'bench/'],
    tests: false,
    exceptions: [],
  },
  {
    word: 'Math.random',
    pattern: /\bMath\.random\b/g,
    instead: 'take randomness as an argument; units passes it in',
    homes: ['src/units/'],
    tests: true,
    exceptions: [],
  },
  {
    word: 'console.log',
    pattern: /\bconsole\.(?:log|error|warn|info|debug)\b/g,
    instead: 'commands print through src/cli, processes write their log (platform/log.ts)',
    homes: ['src/cli/', 'bench/', 'test/'],
    tests: false,
    exceptions: [],
  },
  {
    word: 'new Error',
    pattern: /\bnew Error\(/g,
    instead: 'throw a Fault with a code (core/fault.ts); platform alone throws plain errors with their cause',
    homes: ['src/platform/', 'bench/'],
    tests: false,
    exceptions: [
      { file: 'src/cli/http-request.ts', why: 'what ends a request becomes the cause of the Fault that is thrown' },
      { file: 'src/device/connector/connector-log.ts', why: 'the caller of a log line is read from its stack' },
      { file: 'src/device/connector/properties.ts', why: 'becomes the cause of properties.invalid' },
      { file: 'src/device/connector/reach.ts', why: 'looks like the errors of node:net that it stands beside' },
    ],
  },
  {
    word: 'setTimeout',
    pattern: /(?<![.\w])set(?:Timeout|Interval)\(/g,
    instead: 'await clock.sleep(ms, signal)',
    homes: ['src/platform/', 'src/console/', 'bench/'],
    tests: false,
    exceptions: [{ file: 'src/cli/until-cancelled.ts', why: 'keeps the process alive; nothing waits on it' }],
  },
  {
    word: 'process.exit',
    pattern: /\bprocess\.exit\(/g,
    instead: 'set process.exitCode and let what is open close',
    homes: [],
    tests: true,
    exceptions: [],
  },
  {
    word: 'export default',
    pattern: /^export default\b/gm,
    instead: 'export a name',
    homes: [],
    tests: true,
    exceptions: [],
  },
  {
    word: 'only, skip',
    pattern: /\b(?:test|describe|it)\.(?:only|skip|todo)\(|\bt\.todo\(|\b(?:only|skip|todo): true\b/g,
    instead: 'a skip is an option with its reason (needsCorpus), so that the summary counts it',
    homes: [],
    tests: true,
    exceptions: [],
  },
  {
    word: 'enum',
    pattern: /^(?:export )?(?:const )?(?:enum|namespace) \w+ \{/gm,
    instead: 'erasable syntax only: a union of literals',
    homes: [],
    tests: true,
    exceptions: [],
  },
]

export const bannedNames: readonly RegExp[] = [
  /(?:^|-)(?:utils?|helpers?|common|misc|types|base|stuff|manager-base)$/,
  /^index$/,
  /(?:^|-)(?:enhanced|simple|improved|new|old)(?:-|$)/,
  /-v\d+$/,
]

export const SOURCE_LINES_MAX = 300
/** Tests are tables of cases: they are read by entry, not from top to bottom. */
export const TEST_LINES_MAX = 450

/** Longer than the limit when it came, with their length: an entry may only fall. */
export const longFiles: Readonly<Record<string, number>> = {}
