// The commands of a device: all there are where only a device is installed (npm run pack:device).
import type { CommandEntry } from './command-entry.ts'

export const deviceCommands: readonly CommandEntry[] = [
  {
    path: 'device run',
    summary: 'run the device (the same as device alone)',
    load: async () => (await import('./device-run.ts')).deviceRun,
    bare: true,
  },
  {
    path: 'device enrol',
    summary: 'connect this machine with one pasted token',
    load: async () => (await import('./device-enrol.ts')).deviceEnrol,
  },
  {
    path: 'device status',
    summary: 'channel, certificate, sources and spool',
    load: async () => (await import('./device-status.ts')).deviceStatus,
  },
  {
    path: 'doctor',
    summary: 'what is in the way of events, the broken hop first, with what mends it',
    load: async () => (await import('./doctor.ts')).doctor,
  },
  {
    path: 'doctor explain',
    summary: 'what a code means (no server needed)',
    load: async () => (await import('./doctor-explain.ts')).doctorExplain,
  },
  {
    path: 'pmtool',
    summary: 'the processes of this device: status, and to disable, enable, restart one',
    load: async () => (await import('./pmtool.ts')).pmtool,
  },
]
