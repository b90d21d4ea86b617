// What docs/connect-a-suricata.md tells to type holds: the unit is one that systemd takes, and its command is ours.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { deviceCommands } from '../src/cli/device-commands.ts'
import { needs } from './needs.ts'
import { root, temporaryFolder } from './sallyport.ts'

const page = readFileSync(join(root, 'docs/connect-a-suricata.md'), 'utf8')
const unit = /```ini\n([\s\S]*?)```/.exec(page)?.[1] ?? ''

const systemd = needs('systemd-analyze')

test('issue 9.2: the unit of the page starts a command that the archive of the device has', () => {
  const [, command = ''] = /^ExecStart=\/opt\/sallyport-device\/bin\/sallyport (.*)$/m.exec(unit) ?? []
  assert.ok(
    deviceCommands.some(({ path }) => path === command),
    command,
  )
  assert.match(unit, /^Environment=SALLYPORT_DATA=\/var\/lib\/sallyport$/m)
  for (const [, typed = ''] of page.matchAll(/\/opt\/sallyport-device\/bin\/sallyport (device \w+)/g))
    assert.ok(
      deviceCommands.some(({ path }) => path === typed),
      typed,
    )
})

test('issue 9.2: systemd takes the unit of the page without a word', systemd, (t) => {
  const file = join(temporaryFolder(t), 'sallyport-device.service')
  // The archive is unpacked nowhere here, and a program must be there.
  writeFileSync(file, unit.replace('/opt/sallyport-device/bin/sallyport', '/bin/sh'))
  const { status, stderr } = spawnSync('systemd-analyze', ['verify', file], { encoding: 'utf8' })
  const ours = stderr.split('\n').filter((line) => line.includes('sallyport-device'))
  assert.deepEqual(ours, [])
  assert.equal(status, 0, stderr)
  writeFileSync(
    file,
    unit.replace('Restart=always', 'Restart=perhaps').replace('/opt/sallyport-device/bin/sallyport', '/bin/sh'),
  )
  assert.match(spawnSync('systemd-analyze', ['verify', file], { encoding: 'utf8' }).stderr, /Restart|perhaps/)
})
