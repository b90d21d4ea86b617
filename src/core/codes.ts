// The one catalogue of codes, of the form layer[.thing].cause: faults, doctor checks and warnings share it
// (security 4). A code is for ever: one that is retired stays in `retired` and is never used again.

import type { CodeEntry } from './code-entry.ts'
import { deviceCodes } from './device-codes.ts'
import { networkCodes } from './network-codes.ts'

export const codes = {
  ...networkCodes,
  // enrolment
  'enrolment.token.damaged': { cause: 'The pasted token is cut or altered', remedy: 'Paste the whole token again.' },
  'enrolment.token.version': {
    cause: 'The token is of a version this program does not know',
    remedy: 'Use a device of the version of the exchange.',
  },
  'enrolment.pending': {
    cause: 'The enrolment waits for approval',
    remedy: 'Have it approved on the exchange, then enrol again with the same token.',
  },
  'enrolment.key.unwritable': {
    cause: 'The device cannot write its key',
    remedy: 'Check the rights of the data folder.',
  },
  'enrolment.reply.invalid': {
    cause: 'The certificate that came back is not for this key or not from this CA',
    remedy: 'Make a new token and enrol again.',
  },
  'enrolment.credentials.missing': {
    cause: 'No token was given',
    remedy: 'Send the user and key of a token as HTTP Basic.',
  },
  'enrolment.token.unknown': {
    cause: 'The exchange knows no such token',
    remedy: 'Paste the token again, or make one with `sallyport token create`.',
  },
  'enrolment.token.wrong': {
    cause: 'The key of the token is wrong',
    remedy: 'Paste the token again, or make one with `sallyport token create`.',
  },
  'enrolment.token.spent': {
    cause: 'The token has been used',
    remedy: 'Make a new one with `sallyport token create`.',
  },
  'enrolment.token.expired': {
    cause: 'The token has expired',
    remedy: 'Make a new one with `sallyport token create`.',
  },
  'enrolment.token.withdrawn': {
    cause: 'The token was withdrawn',
    remedy: 'Make a new one with `sallyport token create`.',
  },
  'enrolment.token.device': {
    cause: 'The token is meant for another device',
    remedy: 'Make one for this device with `sallyport token create`.',
  },
  'enrolment.token.name': {
    cause: 'The name in the token would not lead a device here',
    remedy: 'Start the server with --name HOST[:PORT].',
  },
  'enrolment.organisation.mismatch': {
    cause: 'The token belongs to another organisation than the path',
    remedy: 'Use the address in the token.',
  },
  'enrolment.organisation.unknown': {
    cause: 'There is no such organisation here',
    remedy: 'Use the address in the token.',
  },
  'enrolment.key.banned': { cause: 'The key is known to be compromised', remedy: 'Make a new key.' },
  'enrolment.key.weak': {
    cause: 'The key or the signature of the request is too weak',
    remedy: 'Use EC P-256 or P-384, Ed25519 or RSA 2048 to 4096.',
  },
  'enrolment.key.reused': { cause: 'The key belongs to another device', remedy: 'Make a new key.' },
  'enrolment.csr.malformed': {
    cause: 'The certificate request cannot be read',
    remedy: 'Send base64 of one PKCS#10 in DER.',
  },
  'enrolment.csr.signature': {
    cause: 'The certificate request is not signed by its own key',
    remedy: 'Make the request anew.',
  },
  'enrolment.pop.mismatch': {
    cause: 'The request is bound to another connection',
    remedy: 'Try again over a new connection.',
  },
  'enrolment.pop.missing': {
    cause: 'The request is not bound to its connection, and the organisation demands it',
    remedy: 'Put the channel binding into the challengePassword.',
  },
  'enrolment.route.unknown': {
    cause: 'There is no such EST operation',
    remedy: 'Use cacerts, simpleenroll, simplereenroll or csrattrs.',
  },
  'enrolment.request.method': { cause: 'The operation does not take this method', remedy: 'See Allow.' },
  'enrolment.request.large': {
    cause: 'The request is larger than 16 KiB',
    remedy: 'Send the certificate request alone.',
  },
  'enrolment.request.type': {
    cause: 'The request is not application/pkcs10',
    remedy: 'Set Content-Type: application/pkcs10.',
  },
  'enrolment.rate': {
    cause: 'Too many wrong credentials from this address',
    remedy: 'Wait for the time in Retry-After.',
  },
  'enrolment.ca.unavailable': {
    cause: 'The certificate authority cannot sign now',
    remedy: 'Try again; check the disk and the log of the exchange.',
  },
  // identity
  'identity.missing': {
    cause: 'No client certificate was shown',
    remedy: 'Enrol the device, and check that its key file is readable.',
  },
  'identity.unknown': {
    cause: 'This exchange did not issue the certificate',
    remedy: 'Enrol the device here with `sallyport device enrol`.',
  },
  'identity.unlisted': {
    cause: 'Our CA signed the certificate, but it is not listed',
    remedy: 'A backup was restored: enrol the device anew.',
  },
  'identity.revoked': { cause: 'The certificate was revoked', remedy: 'Make a token and enrol the device anew.' },
  'identity.removed': { cause: 'The device was removed', remedy: 'Make a token and enrol the device anew.' },
  'identity.banned': { cause: 'The device is banned', remedy: 'Ask the operator of the exchange.' },
  'identity.lapsed': { cause: 'The certificate has expired', remedy: 'Make a token and enrol the device anew.' },
  'identity.notyet': { cause: 'The certificate is not valid yet', remedy: 'Check the clocks of both sides.' },
  'identity.superseded': { cause: 'A newer certificate of the device is in use', remedy: 'Use the newer certificate.' },
  'identity.renewal.late': {
    cause: 'The certificate ends soon and was not renewed',
    remedy: 'See connector.log for `est:renew`; the way to the exchange must be open.',
  },
  'identity.purpose': {
    cause: 'The certificate is not that of a device',
    remedy: 'Use the certificate that enrolment gave.',
  },
  'identity.key.loose': {
    cause: 'Others than its owner can read the key of the device',
    remedy: 'Set the rights of the key file to 0600 and those of its folder to 0700.',
  },
  ...deviceCodes,
  // properties, local API, configuration
  'properties.invalid': { cause: 'connector.properties cannot be read', remedy: 'Correct the line named.' },
  'configuration.invalid': { cause: 'The configuration does not fit its schema', remedy: 'Correct the member named.' },
  'context.missing': { cause: 'The device is not enrolled', remedy: 'Run `sallyport device enrol TOKEN`.' },
  'local.host': { cause: 'The Host header is not that of this listener', remedy: 'Use the address printed.' },
  'local.origin': { cause: 'The request comes from another site', remedy: 'Open the console at the address printed.' },
  // server, API, input
  'port.inuse': { cause: 'Another process listens on that port', remedy: 'Give another port (0 = any free one).' },
  'data.locked': { cause: 'Another process uses this data folder', remedy: 'Stop it, or give another --data.' },
  'data.damaged': { cause: 'A file in the data folder cannot be used', remedy: 'Restore it from a backup.' },
  'data.rights': {
    cause: 'A file or folder with secrets can be read by others',
    remedy: 'Take the rights of group and others away.',
  },
  'data.version': { cause: 'The data folder was written by a newer version', remedy: 'Upgrade Sallyport.' },
  'disk.full': { cause: 'The disk is full', remedy: 'Free space; what is not committed comes again by itself.' },
  'journal.unavailable': { cause: 'The journal cannot be used now', remedy: 'Try again; see the log of the exchange.' },
  'journal.damaged': { cause: 'A stored block does not hold', remedy: 'See `sallyport ledger verify`.' },
  'query.malformed': { cause: 'The query cannot be read', remedy: 'See docs/query.md.' },
  'query.cursor': { cause: 'The cursor belongs to another query or version', remedy: 'Begin again without a cursor.' },
  'event.unknown': { cause: 'There is no such event here', remedy: 'Check the identity; the event may have expired.' },
  'device.unknown': { cause: 'There is no such device here', remedy: 'See `sallyport exchange device ls`.' },
  'tail.busy': {
    cause: 'As many readers follow the events as the server lets',
    remedy: 'End one of the others, or search instead.',
  },
  'investigation.busy': {
    cause: 'Too many investigations wait for their turn',
    remedy: 'Try again in a moment.',
  },
  'investigation.unknown': { cause: 'There is no such investigation here', remedy: 'Ask again.' },
  'module.unknown': { cause: 'There is no such module here', remedy: 'See `sallyport module ls`.' },
  'module.settings': {
    cause: 'The settings of a module do not fit its type',
    remedy: 'Correct the setting named; /api/v1/module-types describes them.',
  },
  'module.name': { cause: 'A module of that name exists already', remedy: 'Give another name.' },
  'module.builtin': { cause: 'The module is part of the server', remedy: 'It stays; remove those that were added.' },
  'module.sealed': {
    cause: 'The secrets of a module cannot be opened with the key of this data folder',
    remedy: 'Restore exchange/seal.key from the backup of this folder, or remove the module and add it again.',
  },
  'session.missing': { cause: 'You are not signed in', remedy: 'Open the link that `sallyport up` prints.' },
  'session.link': { cause: 'The sign-in link was used or has expired', remedy: 'Run `sallyport link` for a new one.' },
  'route.unknown': { cause: 'There is no such address here', remedy: 'See /api/v1/openapi.json.' },
  'input.malformed': { cause: 'The input cannot be read', remedy: 'Correct it.' },
  'input.large': { cause: 'The input is larger than allowed', remedy: 'Send less at once.' },
  'input.type': {
    cause: 'The body is not of the type wanted',
    remedy: 'Send JSON with Content-Type: application/json.',
  },
  'input.missing': { cause: 'The file or folder does not exist', remedy: 'Check the path.' },
  'input.unreadable': { cause: 'The file cannot be read', remedy: 'Check its rights.' },
  'output.unwritable': { cause: 'The file cannot be written', remedy: 'Name one in a folder that you may write.' },
  'console.missing': {
    cause: 'The console was not built',
    remedy: 'Run `npm run build:console`; the API and the command line work without it.',
  },
  'console.wide': {
    cause: 'The console would listen beyond loopback',
    remedy: 'Until accounts exist use --console 127.0.0.1:PORT and a tunnel.',
  },
  'server.unreachable': { cause: 'The server does not answer', remedy: 'Start it with `sallyport up`.' },
  internal: { cause: 'Something broke that should not', remedy: 'See the log; report it.' },
} as const satisfies Record<string, CodeEntry>

export type Code = keyof typeof codes

/** Codes that were once used, with the version that ended them: never used again (security 4). */
export const retired: Readonly<Record<string, string>> = {}

/** @returns whether `text` is a code of the catalogue. */
export function isCode(text: string): text is Code {
  return Object.hasOwn(codes, text)
}
