import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { resultRef } from '../../../lib/refs.ts'
import { spooled } from '../../../lib/spool.ts'
import { sandbox } from '../../fixture/sandbox.ts'

// Of a few names git itself makes sure that there is no result, of many we look behind it.
for (const count of [3, 120]) {
  t.test(`a result that appears at the last moment stops a sweep of ${count}`, async (t) => {
    const world = sandbox(t)
    const repo = await world.repository({ 'params.yaml': 'lr: 0\n' })
    const head = await repo.git('rev-parse', 'HEAD')
    const bin = join(world.folder, 'bin')
    mkdirSync(bin)
    const git = execFileSync('sh', ['-c', 'command -v git'], { env: world.env }).toString().trim()
    const late = `[ -e '${bin}/done' ] || { touch '${bin}/done'; ${git} update-ref ${resultRef(head, 's-2')} ${head}; }`
    const script = `#!/bin/sh\ncase " $* " in *' update-ref '*) ${late} ;; esac\nexec ${git} "$@"\n`
    writeFileSync(join(bin, 'git'), script, { mode: 0o755 })
    const refused = await world.exp(
      ['add', '-n', 's', '-S', `lr=range(0,${count})`, '--', 'true'],
      {
        cwd: repo.path,
        env: { PATH: `${bin}:${world.env.PATH}` },
      },
    )
    t.equal(refused.exitCode, 1)
    t.match(refused.stderr, /there is an experiment “s-2” under this commit already/)
    t.equal(await repo.git('for-each-ref', 'refs/git-exp'), '', 'no snapshot has a ref')
    t.strictSame(spooled(world.places), [])
  })
}
