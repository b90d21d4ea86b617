// Entry of the command line. Plain JavaScript, so that a Node which cannot run TypeScript can say so.
const major = Number(process.versions.node.split('.')[0])
if (major < 24) {
  console.error(
    `error: Node ${process.versions.node} is too old, and no pinned Node exists for this platform. fix: install Node 24 or newer.`,
  )
  process.exitCode = 1
} else {
  const { main } = await import('../src/units/cli.ts')
  process.exitCode = await main(process.argv.slice(2))
}
