// Every check, in causal order (original-system A11; console-and-cli 10, "Doctor"): a disabled service of the device's own
// stands before the socket, the clock before the certificates it makes look wrong. What stands first is named first.
import type { Check } from './check.ts'
import { acknowledged } from './device/acknowledged.ts'
import { certificate } from './device/certificate.ts'
import { channel } from './device/channel.ts'
import { clock } from './device/clock.ts'
import { dns } from './device/dns.ts'
import { enrolment } from './device/enrolment.ts'
import { http } from './device/http.ts'
import { properties } from './device/properties.ts'
import { sensor } from './device/sensor.ts'
import { services } from './device/services.ts'
import { socket } from './device/socket.ts'
import { spool } from './device/spool.ts'
import { tcp } from './device/tcp.ts'
import { tls } from './device/tls.ts'

export const checks: readonly Check[] = [
  properties,
  services,
  sensor,
  socket,
  dns,
  tcp,
  clock,
  tls,
  http,
  enrolment,
  certificate,
  channel,
  acknowledged,
  spool,
]
