import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { installPackage, pathOf } from '../fixture/installed.ts'
import { sandbox } from '../fixture/sandbox.ts'

t.test('the package has what it needs and nothing else, and works from any folder', async (t) => {
  const world = sandbox(t)
  const installed = installPackage(world)
  const { root } = installed
  t.strictSame(fs.readdirSync(root).sort(), [
    ...['LICENSE', 'README.md', 'bin', 'dist', 'exp.schema.json', 'hooks', 'lib', 'man'],
    ...['node_modules', 'package.json', 'report', 'schema.sql', 'worker'],
  ])
  const repo = await world.repository({ 'a.txt': '1\n', 'sub/b.txt': '2\n' })
  const env = { PATH: pathOf(installed, world) }
  const git = (args: string[], cwd: string) => world.run('git', args, { cwd, env })
  const ran = await git(['exp', 'run', '--', 'cat', 'b.txt'], join(repo.path, 'sub'))
  t.match(ran, { exitCode: 0, stdout: /^2$/m })
  t.match(await git(['-C', repo.path, 'exp', 'doctor'], '/'), { exitCode: 0 })
  t.match((await git(['exp', 'log', '--help'], repo.path)).stdout, /-f, --follow/)
  t.match(fs.readFileSync(join(root, 'man/git-exp.1'), 'utf8'), /^\.SS "git exp service logs"$/m)
})

const old = '/usr/bin/node'
const version = spawnSync(old, ['--version'], { encoding: 'utf8' }).stdout ?? ''
const isOld = /^v(?:\d|1\d|2[01])\./.test(version)

t.test(
  'an old Node is told in one line',
  { skip: isOld ? false : `there is no old Node at ${old}` },
  async (t) => {
    const world = sandbox(t)
    const { bin } = installPackage(world)
    const { exitCode, stdout, stderr } = await world.run(join(bin, 'git-exp'), ['-h'], {
      env: { PATH: '/usr/bin:/bin' },
    })
    t.strictSame({ exitCode, stdout }, { exitCode: 1, stdout: '' })
    t.match(stderr, /^git exp: needs Node 22 or newer; this is v\d+\.\d+\.\d+\n$/)
  },
)
