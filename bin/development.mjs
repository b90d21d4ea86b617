// What contributors run: node bin/development.mjs test | check | console | package | pack-device | docs | bench | compat | soak  (npm run …).
// Each does its own set-up and says what it could not set up.
import { spawnSync } from 'node:child_process'
import { existsSync, globSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { keepCompiled } from './keep-compiled.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const bin = (name) => join(root, 'node_modules', '.bin', name)
keepCompiled()
process.env.PATH = `${join(root, 'node_modules', '.bin')}:${process.env.PATH}`

function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options })
  if (error) console.error(`error: ${command}: ${error.message}`)
  return status ?? 1
}

/** What tests drive: independent clients and the browser, as Debian packages them. `files`: what must be there beside the command. */
const systemPackages = {
  chromium: { packages: ['chromium'] },
  // Without its plugins it knows neither elliptic curves nor HTTP.
  pki: {
    packages: ['strongswan-pki', 'libstrongswan-standard-plugins', 'libstrongswan-extra-plugins'],
    files: ['/usr/lib/ipsec/plugins/libstrongswan-openssl.so', '/usr/lib/ipsec/plugins/libstrongswan-curl.so'],
  },
  netstat: { packages: ['net-tools'] },
  lsof: { packages: ['lsof'] },
  faketime: { packages: ['faketime'] },
  nft: { packages: ['nftables'] },
  ip: { packages: ['iproute2'] },
  curl: { packages: ['curl'] },
  openssl: { packages: ['openssl'] },
}

function onPath(command) {
  return process.env.PATH.split(':').some((folder) => existsSync(join(folder, command)))
}

function isThere(command) {
  return onPath(command) && (systemPackages[command].files ?? []).every((file) => existsSync(file))
}

function systemSetUp() {
  const missing = Object.keys(systemPackages).filter((command) => !isThere(command))
  if (missing.length === 0) return
  const packages = missing.flatMap((command) => systemPackages[command].packages)
  if (process.getuid?.() === 0 && onPath('apt-get')) {
    console.error(`tests: installing from Debian: ${packages.join(' ')}`)
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    const quiet = { env, stdio: ['ignore', 'ignore', 'inherit'] }
    run('apt-get', ['update', '-qq'], quiet)
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], quiet)
  }
  for (const command of missing) {
    if (!isThere(command))
      console.error(
        `tests: NOT SET UP: ${command} (Debian: ${systemPackages[command].packages.join(' ')}); its tests are skipped, and counted`,
      )
  }
}

/** One at a time, behind the others: `package` builds anew what the others run, `outage` has a bound of time. */
const alone = ['package', 'outage'].map((name) => `test/${name}.test.ts`)

const steps = {
  console: () => run(process.execPath, [join(root, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn']),
  // What `npm pack` puts in: lib/ is src/ as tsc emits it, dist/console the console.
  package: () => {
    rmSync(join(root, 'lib'), { recursive: true, force: true })
    return run(bin('tsc'), ['-p', 'tsconfig.package.json']) || steps.console()
  },
  'pack-device': (args) => run(process.execPath, [join(root, 'test/pack-device.ts'), ...args]),
  docs: () => run(process.execPath, [join(root, 'test/generate-docs.ts')]),
  check: () =>
    [
      () => run(bin('tsc'), ['-p', '.']),
      () => run(bin('tsc'), ['-p', 'src/console']),
      () => run(bin('oxlint'), ['--type-aware', '--deny-warnings', 'src', 'test', 'bench']),
      () => run(bin('biome'), ['format', '.']),
      () => run(bin('knip'), []),
    ].reduce((failed, step) => step() || failed, 0),
  test: (files) => {
    systemSetUp()
    const built = steps.console()
    const checked = files.length > 0 ? 0 : steps.check()
    const test = (chosen, atOnce) =>
      chosen.length === 0
        ? 0
        : run(process.execPath, [
            '--disable-warning=ExperimentalWarning',
            '--test',
            `--test-concurrency=${atOnce}`,
            '--test-timeout=600000',
            ...chosen,
          ])
    if (files.length > 0) return built || test(files, 1)
    const all = globSync(['test/*.test.ts', 'src/**/*.test.ts', 'test/*/*.test.ts'], { cwd: root }).sort()
    const together = all.filter((file) => !alone.includes(file))
    const last = all.filter((file) => alone.includes(file))
    const tested = Math.max(test(together, 2), test(last, 1))
    if (checked) console.error('error: the checks failed (npm run check)')
    return built || checked || tested
  },
  // The console first: a server would build it beside what is measured.
  bench: (args) =>
    steps.console() ||
    run(process.execPath, ['--disable-warning=ExperimentalWarning', join(root, 'bench/bench.ts'), ...args]),
  compat: (folders) => {
    if (folders.length === 0) {
      console.error('usage: npm run compat -- DIR [DIR…]   checkouts of relays, see docs/compatibility.md')
      return 2
    }
    const checkouts = folders.map((folder) => resolve(folder)).join(':')
    const env = { ...process.env, SALLYPORT_RELAYS: checkouts }
    const args = ['--disable-warning=ExperimentalWarning', '--test', join(root, 'test/compat/relays.test.ts')]
    return run(process.execPath, args, { env })
  },
  soak: (args) =>
    run(process.execPath, [
      '--disable-warning=ExperimentalWarning',
      '--test',
      '--test-concurrency=1',
      ...globSync('test/soak/*.soak.ts', { cwd: root }).sort(),
      ...args,
    ]),
}

const [step = '', ...rest] = process.argv.slice(2)
if (Object.hasOwn(steps, step)) process.exitCode = steps[step](rest)
else {
  console.error(`usage: development.mjs ${Object.keys(steps).join(' | ')}`)
  process.exitCode = 2
}
