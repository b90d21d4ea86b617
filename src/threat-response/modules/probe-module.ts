// `module test`: asks a module's health, and what it says about given observables, and names the likely cause where its
// words are known (threat-response-contract 2.2, end).
import type { ModuleError, ModuleTest, ModuleTestStep, ModuleVerb } from '../../wire/api/modules.ts'
import type { Asked } from './ask-module.ts'
import type { AnyObservable, Documents, Failed, Healthy, Links } from './module.ts'
import type { JournalAnswer } from '../enrich/journal-answer.ts'
import type { OpenModule } from './live-module.ts'

export async function testModule(
  module: OpenModule,
  observables: readonly AnyObservable[],
  signal: AbortSignal,
): Promise<ModuleTest> {
  const question = { observables, networks: [] }
  const steps = [stepOf('health', await module.ask('health', signal, (one, ask) => one.health(ask)))]
  if (observables.length > 0 && steps.every(({ passed }) => passed)) {
    for (const verb of ['deliberate', 'observe', 'refer'] as const)
      if (module.verbs.includes(verb))
        steps.push(stepOf(verb, await module.ask<Answer>(verb, signal, (one, ask) => one[verb](question, ask))))
  }
  const errors = steps.flatMap((step) => step.errors)
  return {
    v: 1,
    module: module.id,
    name: module.name,
    passed: steps.every(({ passed }) => passed),
    steps,
    advice: [...new Set(errors.flatMap(adviceOf))],
  }
}

type Answer = Healthy | Documents | JournalAnswer | Links

function stepOf(verb: ModuleVerb, { answer, ms }: Asked<Answer>): ModuleTestStep {
  return { verb, passed: answer.kind !== 'failed', ms, count: countOf(answer), errors: answer.errors }
}

/** @returns how many documents, sightings or links an answer holds */
export function countOf(answer: Answer | Failed): number {
  switch (answer.kind) {
    case 'documents':
      return Object.values(answer.docs).reduce((sum, docs) => sum + docs.length, 0)
    case 'journal':
      return answer.sightings.length
    case 'links':
      return answer.links.length
    case 'healthy':
    case 'failed':
      return 0
    default:
      return answer satisfies never
  }
}

const causes: readonly (readonly [words: RegExp, advice: string])[] = [
  [/jwks_host is missing/i, 'The module wants `jwks_host`: set auth-type configuration-token.'],
  [
    /Wrong jwks_host/i,
    'The module does not reach our keys or does not trust their certificate: set custom_jwks_host to an address it reaches, and give its process our CA (REQUESTS_CA_BUNDLE=exchange/ca/…).',
  ],
  [/kid .*not found/i, 'The module found other keys than ours: custom_jwks_host names another server.'],
  [/Failed to decode JWT with provided key/i, 'The key does not fit: custom_jwks_host names another server.'],
  [/Wrong JWT payload structure/i, 'A setting is missing: see which custom_… its documentation asks for.'],
  [
    /Wrong configuration-token-audience/i,
    'Set configuration-token-audience to the address at which the module sees itself.',
  ],
]

function adviceOf({ code, message }: ModuleError): readonly string[] {
  const known = causes.filter(([words]) => words.test(message)).map(([, advice]) => advice)
  if (known.length > 0) return known
  if (code === 'unreachable') return ['Nothing answers at its address: start it, or correct the address.']
  if (code === 'module-timeout') return ['It did not answer in time: see its log, or give it more with timeout.']
  return []
}
