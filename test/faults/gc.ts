import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { gate } from '../fixture/gate.ts'
import { sandbox } from '../fixture/sandbox.ts'
import { until } from '../fixture/until.ts'

for (const [state, script] of [
  ['succeeded', 'echo new >new.txt; echo changed >a.txt'],
  ['failed', 'echo new >new.txt; echo changed >a.txt; exit 1'],
  ['succeeded', 'true'],
] as const) {
  t.test(
    `what gc removes under the ref of one that ${state} is made again: ${script}`,
    async (t) => {
      const world = sandbox(t)
      const repo = await world.repository({ 'a.txt': 'a\n' })
      const { wait, reached, open } = gate(world)
      const gitDir = join(repo.path, '.git')
      // It looked for refs before there was any of the result.
      const gc = spawn('sleep', ['600'], { stdio: 'ignore' })
      t.teardown(() => gc.kill())
      await repo.exp('add', '-n', 'one', '-c', `${wait}; ${script}`)
      await reached()
      writeFileSync(join(gitDir, 'gc.pid'), `${gc.pid} ${hostname()}\n`)
      open()

      const ref = await until('the result has its ref', async () => {
        const refs = await repo.git(
          'for-each-ref',
          '--format=%(refname)',
          'refs/exps',
          'refs/git-exp/failures',
        )
        return refs === '' ? null : refs
      })
      const made = await repo.git(
        'rev-list',
        '--objects',
        '--no-object-names',
        ref,
        '--not',
        '--glob=refs/git-exp/snapshots',
        'HEAD',
      )
      for (const oid of made.split('\n')) {
        rmSync(join(gitDir, 'objects', oid.slice(0, 2), oid.slice(2)))
      }
      gc.kill()
      await once(gc, 'exit')
      await repo.exp('wait')
      const [shown] = await repo.shown()
      t.equal(shown?.state, state)
      t.equal(await repo.git('fsck', '--connectivity-only', '--no-dangling'), '')
      if (script !== 'true') {
        t.equal(await repo.git('cat-file', '-p', `${ref}:new.txt`), 'new')
        t.equal(await repo.git('cat-file', '-p', `${ref}:a.txt`), 'changed')
      }
    },
  )
}
