import module from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'

// The first lines of the program: nothing that an older Node could not read is loaded before.
if (Number(process.versions.node.split('.')[0]) < 22) {
  process.stderr.write(`git exp: needs Node 22 or newer; this is ${process.version}\n`)
  process.exit(1)
}
const cache = process.env.XDG_CACHE_HOME || join(process.env.HOME || homedir(), '.cache')
module.enableCompileCache?.(join(cache, 'git-exp', 'compiled'))
const { run } = await import('./program.ts')
process.exitCode = await run(process.argv.slice(2))
