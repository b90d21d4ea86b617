// A region is a record that devices can read back.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readClientRecord } from '../../wire/registration/clients.ts'
import { ownRegion } from './regions.ts'

test('region: the record of an exchange names its four roles, and a device accepts it', () => {
  const { roles } = ownRegion('https://exchange.example:8444')
  assert.deepEqual(Object.keys(roles), ['api', 'enrol', 'ingest', 'messages'])
  const record = { v: 1, clientId: 'd1', organisation: 'default', roles }
  assert.deepEqual(readClientRecord(record), record)
})
