// Entry of the command line in a device's archive (npm run pack:device).
// Overwrites the words of the command, which every user of the machine can read in ps, before anything else is loaded.
process.title = 'sallyport'
const major = Number(process.versions.node.split('.')[0])
if (major < 24) {
  console.error(`error: Node ${process.versions.node} is too old. fix: install Node 24 or newer.`)
  process.exitCode = 1
} else {
  const { keepCompiled } = await import('./keep-compiled.mjs')
  keepCompiled()
  const { main } = await import(new URL('../lib/units/device-cli.js', import.meta.url).href)
  process.exitCode = await main(process.argv.slice(2))
}
