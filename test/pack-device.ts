// npm run pack:device [-- FOLDER]: one archive with only what a device is made of: the emitted files that its command line
// and its processes reach, and the packages they bring. Unpacked anywhere it needs only Node. The same sources give the
// same bytes.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { deviceClosure } from './device-closure.ts'
import { root, sourceFiles } from './source-tree.ts'

type Manifest = {
  readonly version: string
  readonly license: string
  readonly engines: unknown
  readonly description: string
}

/** What packages carry for those who build with them. */
const notRun = /(?:\.d\.[cm]?ts|\.map|\.tsbuildinfo|\.cc|\.cpp|\.h|\.gyp|CMakeLists\.txt)$/
/** A device is Linux: binaries of other systems stay out. */
const otherSystems = /\/build\/(?:darwin|win32)$/
const notRunFolders: ReadonlySet<string> = new Set([
  'test',
  'tests',
  'bench',
  'benchmarks',
  'example',
  'examples',
  '.github',
])

const manifest: Manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const destination = resolve(process.argv[2] ?? join(root, 'dist'))
const name = `sallyport-device-${manifest.version}`
const work = mkdtempSync(join(tmpdir(), 'pack-device-'))
try {
  const top = join(work, name)
  const { files, packages } = deviceClosure(sourceFiles('src'))
  emit(top, files)
  for (const one of packages) copyPackage(one, top)
  writeEntries(top)
  mkdirSync(destination, { recursive: true })
  const archive = join(destination, `${name}.tgz`)
  const epoch = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner', '--mode=go-w']
  const tar = execFileSync('tar', [...epoch, '-C', work, '-cf', '-', name], { maxBuffer: 1024 ** 3 })
  writeFileSync(archive, execFileSync('gzip', ['-9n'], { input: tar, maxBuffer: 1024 ** 3 }))
  const hash = createHash('sha256').update(readFileSync(archive)).digest('hex')
  process.stdout.write(`${archive}\n`)
  process.stdout.write(
    `size    ${statSync(archive).size} bytes, ${files.length} files of ours, ${packages.length} packages\n`,
  )
  process.stdout.write(`sha256  ${hash}\n`)
} finally {
  rmSync(work, { recursive: true })
}

/** Emits all that the package emits, and takes what the device reaches. */
function emit(top: string, files: readonly string[]): void {
  const emitted = join(work, 'emitted')
  const tsc = join(root, 'node_modules', '.bin', 'tsc')
  execFileSync(tsc, ['-p', join(root, 'tsconfig.package.json'), '--outDir', emitted], { stdio: ['ignore', 2, 2] })
  for (const file of files) {
    const path = file.replace(/^src\//, '').replace(/\.ts$/, '.js')
    // A file of types alone is emitted too, and nobody asks for it.
    mkdirSync(dirname(join(top, 'lib', path)), { recursive: true })
    cpSync(join(emitted, path), join(top, 'lib', path))
  }
  rmSync(emitted, { recursive: true })
}

function copyPackage(one: string, top: string): void {
  const from = join(root, 'node_modules', one)
  if (!existsSync(from)) throw new RangeError(`${one} is not installed: npm ci`)
  cpSync(from, join(top, 'node_modules', one), {
    recursive: true,
    dereference: true,
    filter: (path) =>
      !notRun.test(path) &&
      !otherSystems.test(path) &&
      !(statSync(path).isDirectory() && path !== from && notRunFolders.has(basename(path))),
  })
}

function writeEntries(top: string): void {
  mkdirSync(join(top, 'bin'))
  for (const file of ['sallyport', 'pmtool']) {
    cpSync(join(root, 'bin', `device-${file}.sh`), join(top, 'bin', file))
    chmodSync(join(top, 'bin', file), 0o755)
  }
  cpSync(join(root, 'bin', 'device-sallyport.mjs'), join(top, 'bin', 'sallyport.mjs'))
  cpSync(join(root, 'bin', 'keep-compiled.mjs'), join(top, 'bin', 'keep-compiled.mjs'))
  cpSync(join(root, 'LICENSE'), join(top, 'LICENSE'))
  cpSync(join(root, 'docs', 'connect-a-suricata.md'), join(top, 'README.md'))
  const { version, license, engines } = manifest
  const own = {
    name: 'sallyport-device',
    version,
    description: 'A device of Sallyport',
    license,
    private: true,
    type: 'module',
    engines,
  }
  writeFileSync(join(top, 'package.json'), `${JSON.stringify(own, undefined, 2)}\n`)
}
