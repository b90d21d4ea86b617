// The codes of channel, spool, sockets, sources and services: what happens on a device. Part of the catalogue in codes.ts.
import type { CodeEntry } from './code-entry.ts'

export const deviceCodes = {
  // channel, stream, spool, source
  'channel.replaced': { cause: 'A newer session of the device took over', remedy: 'Nothing to do.' },
  'channel.protocol': {
    cause: 'The other side broke the protocol',
    remedy: 'Upgrade the older side; report it if both are current.',
  },
  'channel.frame.large': { cause: 'A message is larger than allowed', remedy: 'Upgrade the older side.' },
  'channel.version': { cause: 'The two sides speak no common version', remedy: 'Upgrade the older side.' },
  'channel.cut': {
    cause: 'The connection broke without a word',
    remedy: 'The device dials again by itself; look at the network in between if it comes back.',
  },
  'channel.silent': {
    cause: 'The other side was silent for 45 s',
    remedy: 'The device dials again by itself; look at the network if it comes back.',
  },
  'channel.quota': { cause: 'The device is over its quota', remedy: 'It tries again by itself.' },
  'channel.drain': { cause: 'The exchange is going away for a moment', remedy: 'The device comes back by itself.' },
  'channel.absent': {
    cause: 'The device has no channel to the exchange',
    remedy: 'Run `sallyport doctor` on the device: it names the hop that is broken.',
  },
  'channel.waiting': {
    cause: 'The channel is closed, and nothing in the way of it was found',
    remedy: 'The device dials again by itself; restart the connector to have it dial at once.',
  },
  'channel.backlog': {
    cause: 'Events of an earlier time still wait, while newer ones are acknowledged',
    remedy: 'Nothing to do but wait: the backlog is sent by itself, behind what is new.',
  },
  'channel.stuck': {
    cause: 'Events wait too long for their acknowledgement',
    remedy: 'Look at the disk and the log of the exchange.',
  },
  'stream.conflict': {
    cause: 'Two different blocks claim the same place in a stream',
    remedy: 'The device goes on in a new stream; look for a copied spool.',
  },
  'spool.unwritable': {
    cause: 'The spool cannot be written',
    remedy: 'Free space or mend the rights of the spool folder.',
  },
  'spool.full': { cause: 'The spool is full', remedy: 'Bring the exchange back, or raise the size of the spool.' },
  'spool.filling': { cause: 'The spool fills up', remedy: 'Bring the exchange back, or raise the size of the spool.' },
  'spool.locked': { cause: 'Another EventHandler uses this spool', remedy: 'Stop it, or use another data folder.' },
  'socket.unusable': {
    cause: 'The local socket between EventHandler and connector cannot be bound',
    remedy: 'Check the rights of its folder; remove what lies at its path.',
  },
  'socket.missing': {
    cause: 'The local socket of EventHandler is not there',
    remedy: 'Restart EventHandler: it binds the socket anew.',
  },
  'socket.stale': {
    cause: 'The file of the local socket is there, and nobody listens behind it',
    remedy: 'Restart EventHandler: it binds the socket anew.',
  },
  'socket.listening': {
    cause: 'EventHandler listens at the local socket, and the connector is not attached',
    remedy: 'Restart the connector.',
  },
  'source.unreadable': {
    cause: 'The file of the sensor cannot be read',
    remedy: 'Give the user of EventHandler the right to read it.',
  },
  'source.none': { cause: 'No source is configured', remedy: 'Name what a sensor writes with --source PATH.' },
  'source.missing': { cause: 'The file of the sensor does not exist', remedy: 'Check the path, or start the sensor.' },
  'source.unbound': {
    cause: 'The socket that a sensor sends to cannot be bound',
    remedy: 'Free its address or path, or give EventHandler the right to bind it; it tries again by itself.',
  },
  'source.unconnected': {
    cause: 'No sensor is connected to its socket',
    remedy: 'Start the sensor, and check that it may write to the socket: docs/sources.md.',
  },
  'source.certificate.missing': {
    cause: 'The TLS listener has no certificate yet, so it is not open',
    remedy: 'See connector.log for `est:listener`; the device must be enrolled and reach its exchange once.',
  },
  'source.certificate.late': {
    cause: 'The certificate of a TLS listener ends soon and was not renewed',
    remedy: 'See connector.log for `est:listener`; where the certificate is your own, renew its file.',
  },
  'source.certificate.expired': {
    cause: 'The certificate of a TLS listener has expired: senders that check it send nothing',
    remedy: 'See connector.log for `est:listener`; where the certificate is your own, renew its file.',
  },
  'listener.name.refused': {
    cause: 'The exchange certifies no listener for that name',
    remedy: 'Name others with host= in the source: docs/sources.md says which.',
  },
  'listener.name.taken': {
    cause: 'The listener of another device has that name',
    remedy: 'Give this one another name with host=, or revoke the device that has it.',
  },
  'source.losing': {
    cause: 'A source has lost events within the last minute; they are declared',
    remedy: 'See docs/sources.md for what each kind of source can lose, and how to lose less.',
  },
  'source.silent': {
    cause: 'No sensor has written anything yet',
    remedy: 'Check that the sensor runs and writes there; the first event is sent as soon as it does.',
  },
  'source.unrecognised': {
    cause: 'No line is of a format this version knows',
    remedy: 'See docs/vocabulary.md for the formats; name one in the configuration.',
  },
  // services of the device
  'service.disabled': {
    cause: 'A service of this device is disabled',
    remedy: 'Run `sallyport pmtool enablebyid` with its name.',
  },
  'service.unknown': { cause: 'There is no such service here', remedy: 'See `sallyport pmtool status`.' },
  'service.crashed': {
    cause: 'A service of this device ends by itself again and again',
    remedy: 'See the log of the service; report it.',
  },
  'service.silent': {
    cause: 'A service of this device runs and does not answer',
    remedy: 'Restart it: `sallyport pmtool restartbyid` with its name.',
  },
  'service.unsupervised': {
    cause: 'No supervisor runs the services of this data folder',
    remedy: 'Start them with `sallyport device run` or `sallyport up`, or name the folder with --data.',
  },
} as const satisfies Record<string, CodeEntry>
