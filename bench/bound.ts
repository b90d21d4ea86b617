// A bound that a benchmark must keep: where it is missed a line says which, and the exit code is not 0.

export function bound(name: string, holds: boolean, measured: string): void {
  if (holds) return
  process.exitCode = 1
  process.stdout.write(`MISSED: ${name}: ${measured}\n`)
}
