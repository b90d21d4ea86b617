// What is worth more than cause and remedy, of codes that people meet: how it is found, and what it is often mistaken
// for. Shown by `doctor explain` and by the pages of docs/codes/.
import type { Code } from './codes.ts'

export const explanations: Partial<Readonly<Record<Code, string>>> = {
  'dns.failed': `Doctor asks the resolver of this machine, as the connector does, and waits 3 s. A name that does not exist is told
from a resolver that is silent ("may pass"). While lookups fail now and then, the connector goes on with the address
that was good last. By hand: getent hosts NAME.`,
  'tcp.refused': `The machine answers, and nothing listens at that port: the exchange is stopped, or the port is wrong. A firewall that
refuses instead of dropping looks the same. By hand: curl -v https://NAME:PORT/.`,
  'tcp.timeout': `Packets go out and nothing comes back: a firewall in between drops them. In connector.log this is "connection timed
out"; lsof -i shows SYN_SENT. Only outbound TCP to the exchange is needed, nothing inbound.`,
  'tls.name.mismatch': `The device comes by a name or address that the certificate of the exchange does not hold. Put it in
(\`exchange cert add-name\`), or have the device come by a name that is in it.`,
  'tls.untrusted': `Another CA than that of the exchange signed what was shown: a TLS-inspecting proxy, which its issuer names, or an
exchange that was made anew. Checking is never switched off.`,
  'tls.pin.mismatch': `The token names the CA of its exchange; the server showed another. The token is of another exchange, or something in
between inspects TLS. Nothing was sent to it.`,
  'clock.behind': `Certificates begin at a time. Where the clock of this machine is before it, TLS refuses a good exchange; so doctor looks
at the clock first. Otherwise it is a warning: delivery does not depend on the clock, times shown do.`,
  'clock.ahead': `Delivery does not depend on the clock, so events flow; times shown, and the days left of certificates, are wrong.`,
  'service.disabled': `Somebody disabled it with pmtool, and it stays so over restarts. EventHandler reads the sensors: while it rests, files
wait and what is sent to sockets is lost. SSEConnector delivers: while it rests, the spool fills.`,
  'socket.missing': `EventHandler binds EventHandler_SSEConnector.sock when it starts, and not again. If the file was removed, a connection
made before goes on, a new one cannot be made; connector.log says "Could not connect to ZeroMQ PUSH endpoint".`,
  'source.unreadable': `EventHandler runs as a user of its own and needs the right to read the file and to pass every folder above it. By hand:
namei -l PATH. It looks again by itself: nothing need be restarted.`,
  'source.certificate.missing': `A TLS listener without certificate files of its own asks the exchange for one, through the connector. What it waits for stands
beside it: the device is not enrolled, the exchange is out of reach, or it refuses a name. The listener opens by itself when
the certificate comes; until then what senders send is theirs to keep.`,
  'listener.name.refused': `The exchange certifies plain host names and addresses, at most 16: no wildcard, none of its own names, no address that means
more than one machine. A listener without host= asks for the name and the addresses of its machine, which may be those of
the exchange where both run on one.`,
  'enrolment.token.spent': `A token enrols one device once. Asked again with the same key it gives the same certificate, so a lost answer harms
nothing; with another key it is spent.`,
  'identity.revoked': `Somebody revoked the certificate of this device at the exchange. Events stay in the spool; with a new token the same
folder enrols again and delivers them.`,
  'channel.waiting': `Every hop is open and the certificate counts, but the connector waits: after failures it dials again in 1 s to 60 s, and
after a refusal of its identity in an hour. A restart has it dial at once.`,
}
