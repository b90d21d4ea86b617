// connector.properties: whether it can be read, and what of it is in force (original-system A11.8).
import { type Check, failed, passed, skipped, warned } from '../check.ts'
import { typed } from '../fixes.ts'
import { isMeasured } from '../subject.ts'

export const properties: Check = {
  id: 'properties',
  title: 'Properties',
  layer: 'local',
  after: [],
  run({ subject }) {
    if (!subject.enrolled) return skipped('the device is not enrolled')
    const { properties: said, status, exchangeFile } = subject
    if (said.kind === 'read') return passed(`${exchangeFile} leads to ${said.inForce}`)
    const fix = `Correct ${exchangeFile}, then: ${typed(subject, 'pmtool restartbyid SSEConnector')}`
    // Read at the start of the connector: one that runs goes on with what it read before.
    return isMeasured(status) && status.channel.state === 'connected'
      ? warned('properties.invalid', said.what, fix)
      : failed('properties.invalid', said.what, fix)
  },
}
