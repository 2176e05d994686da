import { join } from 'node:path'
import { loadProgram } from '../lib/load-program.ts'

// The first lines of the program: nothing that an older Node could not read is loaded before.
if (Number(process.versions.node.split('.')[0]) < 22) {
  process.stderr.write(`git exp: needs Node 22 or newer; this is ${process.version}\n`)
  process.exit(1)
}
const args = process.argv.slice(2)
const verb = /^[a-z]{1,20}$/.exec(args[0] ?? '')?.[0] ?? 'no-verb'
const { run } = loadProgram(
  join(import.meta.dirname, 'program.cjs'),
  verb,
) as typeof import('./program.ts')
void run(args).then((code) => {
  process.exitCode = code
})
