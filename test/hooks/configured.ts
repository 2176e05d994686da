import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { sandbox } from '../fixture/sandbox.ts'

const [, major = '', minor = ''] =
  /(\d+)\.(\d+)/.exec(execFileSync('git', ['--version'], { encoding: 'utf8' })) ?? []
const knowsThem = Number(major) > 2 || (Number(major) === 2 && Number(minor) >= 55)

t.test(
  'hooks of the config run at what the user does, beside ours, and at nothing of ours',
  {
    skip: knowsThem
      ? false
      : `git ${major}.${minor} cannot turn off configured hooks by their event`,
  },
  async (t) => {
    const world = sandbox(t)
    const repo = await world.repository({
      'exp.yaml': 'cmd: git commit --allow-empty -m In; true\n',
    })
    await repo.exp('hooks', 'install')
    await repo.git('config', 'exp.autoqueue', 'true')
    const seen = join(world.folder, 'seen')
    for (const event of ['reference-transaction', 'post-index-change', 'post-commit']) {
      await world.config(`hook.their-${event}.event`, event)
      await world.config(`hook.their-${event}.command`, `echo ${event} >>'${seen}' #`)
    }
    await repo.git('commit', '--quiet', '--allow-empty', '--message', 'Mine')
    const own = readFileSync(seen, 'utf8')
    t.match(own, /reference-transaction\n(.*\n)*post-commit\n$/)
    t.equal((await repo.exp('wait')).exitCode, 0, 'ours ran as well')
    rmSync(seen)
    repo.write('a.txt', 'a\n')
    t.equal((await repo.exp('run', '-n', 'one', '--untracked=all')).exitCode, 0)
    t.equal((await repo.exp('apply', '--input', 'one')).exitCode, 0)
    t.equal((await repo.exp('undo')).exitCode, 0)
    t.equal((await repo.exp('rm', 'one')).exitCode, 0)
    t.equal(existsSync(seen), false, existsSync(seen) ? readFileSync(seen, 'utf8') : '')
  },
)
