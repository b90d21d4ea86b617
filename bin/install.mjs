// Sets the checkout up: the locked packages (npm ci, no install scripts) and with them the pinned Node.
// Plain JavaScript for any Node from 18.
import { execFileSync } from 'node:child_process'
import { copyFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
console.error('sallyport: installing the locked packages (once; npm ci) ...')
try {
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  })
} catch {
  console.error('error: npm ci failed. fix: see its message above; the npm registry must be reachable once.')
  process.exit(1)
}
copyFileSync(join(root, 'package-lock.json'), join(root, 'node_modules', '.sallyport-lock.json'))
console.error('sallyport: packages are installed')
