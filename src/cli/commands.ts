// Every command there is, in the order of the help. A file is loaded when its command is called.
import type { CommandEntry } from './command-entry.ts'
import { deviceCommands } from './device-commands.ts'

export const commands: readonly CommandEntry[] = [
  {
    path: 'up',
    summary: 'everything on this machine, with a demonstration site',
    load: async () => (await import('./up.ts')).up,
  },
  {
    path: 'open',
    summary: 'your own sensor output, through the whole road',
    load: async () => (await import('./open.ts')).open,
  },
  {
    path: 'inspect',
    summary: 'which observables stand in a text (no server needed)',
    load: async () => (await import('./inspect.ts')).inspect,
  },
  {
    path: 'investigate',
    summary: 'what the store knows about anything you paste',
    load: async () => (await import('./investigate.ts')).investigate,
  },
  {
    path: 'events search',
    summary: 'find events, newest arrival first',
    load: async () => (await import('./events-search.ts')).eventsSearch,
  },
  {
    path: 'events count',
    summary: 'count events',
    load: async () => (await import('./events-count.ts')).eventsCount,
  },
  {
    path: 'events top',
    summary: 'most frequent values of a facet',
    load: async () => (await import('./events-top.ts')).eventsTop,
  },
  {
    path: 'events show',
    summary: 'one event by its identity, and its line byte for byte',
    load: async () => (await import('./events-show.ts')).eventsShow,
  },
  {
    path: 'events tail',
    summary: 'events as they arrive, resumed from a cursor',
    load: async () => (await import('./events-tail.ts')).eventsTail,
  },
  {
    path: 'events export',
    summary: 'every event of a question into a file',
    load: async () => (await import('./events-export.ts')).eventsExport,
  },
  {
    path: 'events requarantine',
    summary: 'read quarantined lines again',
    load: async () => (await import('./events-requarantine.ts')).eventsRequarantine,
  },
  {
    path: 'module ls',
    summary: 'the modules and how they answered lately',
    load: async () => (await import('./module-ls.ts')).moduleLs,
  },
  {
    path: 'module add',
    summary: 'add a module of a type',
    load: async () => (await import('./module-add.ts')).moduleAdd,
  },
  {
    path: 'module test',
    summary: 'ask one module for its health, and about observables',
    load: async () => (await import('./module-test.ts')).moduleTest,
  },
  {
    path: 'module rm',
    summary: 'remove a module with its settings',
    load: async () => (await import('./module-rm.ts')).moduleRm,
  },
  {
    path: 'ledger',
    summary: 'given = stored + lost + outstanding + withdrawn + expired',
    load: async () => (await import('./ledger.ts')).ledger,
  },
  {
    path: 'ledger verify',
    summary: 'compute it again from the stored blocks alone',
    load: async () => (await import('./ledger-verify.ts')).ledgerVerify,
  },
  {
    path: 'token create',
    summary: 'make the one string that enrols a device',
    load: async () => (await import('./token-create.ts')).tokenCreate,
  },
  {
    path: 'exchange run',
    summary: 'run the server (the same as exchange alone)',
    load: async () => (await import('./exchange-run.ts')).exchangeRun,
    bare: true,
  },
  {
    path: 'exchange ca listener',
    summary: "the CA of the devices' TLS listeners, for syslog senders",
    load: async () => (await import('./exchange-ca-listener.ts')).exchangeCaListener,
  },
  {
    path: 'exchange cert add-name',
    summary: 'one more name by which devices reach it',
    load: async () => (await import('./exchange-cert-add-name.ts')).exchangeCertAddName,
  },
  {
    path: 'exchange device ls',
    summary: 'devices and their four states',
    load: async () => (await import('./exchange-device-ls.ts')).exchangeDeviceLs,
  },
  {
    path: 'exchange device show',
    summary: 'everything of one device',
    load: async () => (await import('./exchange-device-show.ts')).exchangeDeviceShow,
  },
  {
    path: 'exchange device revoke',
    summary: 'revoke the certificates of a device',
    load: async () => (await import('./exchange-device-revoke.ts')).exchangeDeviceRevoke,
  },
  {
    path: 'region allow-list',
    summary: 'names and ports a firewall must let devices reach',
    load: async () => (await import('./region-allow-list.ts')).regionAllowList,
  },
  ...deviceCommands,
  {
    path: 'status',
    summary: 'whether the server runs, and what it holds',
    load: async () => (await import('./status.ts')).status,
  },
  {
    path: 'link',
    summary: 'a new one-time link to the console',
    load: async () => (await import('./link.ts')).link,
  },
]
