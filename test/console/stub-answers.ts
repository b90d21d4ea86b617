// What the modules of the contract double answer about the controller of its story.
import type { JudgementRecord, ModuleRun, ReferLink, Verdict } from '../../src/wire/api/investigations.ts'

const judgement: JudgementRecord = {
  id: 'j1',
  module: 'm1',
  moduleName: 'Example intelligence',
  source: 'Example feed',
  disposition: 2,
  priority: 90,
  severity: 'High',
  confidence: 'High',
  reason: 'Controller of the EXAMPLE family',
  uri: null,
  from: null,
  until: null,
  doubt: null,
}

export const stubVerdict: Verdict = {
  observable: { type: 'ip', value: '203.0.113.77' },
  disposition: 2,
  judgement,
  why: 'It has the highest priority of 2 judgements that hold now',
  others: [
    {
      ...judgement,
      id: 'j2',
      moduleName: 'Lists',
      disposition: 4,
      priority: 50,
      reason: 'On a list of large networks',
    },
  ],
}

const run: ModuleRun = {
  id: 'm1',
  name: 'Example intelligence',
  type: 'relay',
  state: 'done',
  deadline: 0,
  ms: 120,
  asked: ['observe'],
  answered: ['observe'],
  counts: { judgements: 1 },
  count: 1,
  errors: [],
}

export const stubRuns: readonly ModuleRun[] = [
  run,
  {
    ...run,
    id: 'm2',
    name: 'Slow relay',
    state: 'failed',
    ms: 30_000,
    answered: [],
    count: 0,
    errors: [{ type: 'fatal', code: 'module.timeout', message: 'It did not answer within 30 s' }],
  },
]

export const stubLinks: readonly ReferLink[] = [
  {
    module: 'm1',
    moduleName: 'Example intelligence',
    title: 'The address in Example intelligence',
    description: '',
    url: 'https://intelligence.example/ip/203.0.113.77',
  },
  // What an attacker would like to be clicked.
  { module: 'm1', moduleName: 'x', title: 'bad', description: '', url: 'javascript:window.attacked=1' },
]
