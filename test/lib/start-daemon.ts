import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import t from 'tap'
import { packageVersion } from '../../lib/package.ts'
import { identify } from '../../lib/process-identity.ts'
import { ensureDaemon, printHint } from '../../lib/start-daemon.ts'
import { sandbox } from '../fixture/sandbox.ts'

t.test('a daemon that is up is told to look, whatever its watcher sees', async (t) => {
  const { places } = sandbox(t)
  const program =
    "process.on('SIGHUP', () => process.exit(7)); console.log('up'); setInterval(() => {}, 1e6)"
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(() => child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  const identity = identify(child.pid ?? 0)
  if (identity === null) throw new Error('it did not start')
  mkdirSync(dirname(places.hint), { recursive: true })
  writeFileSync(places.hint, printHint(identity, packageVersion()))
  const ended = once(child, 'exit')
  t.equal(await ensureDaemon(places), 'up')
  t.strictSame(await ended, [7, null])
})
