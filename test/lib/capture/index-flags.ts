import { join } from 'node:path'
import t from 'tap'
import { hasUnseenEntries } from '../../../lib/capture/index-flags.ts'
import { sandbox } from '../../fixture/sandbox.ts'

const PATHS = ['a', 'sub/longer name', 'sub/longer name too', `sub/${'x'.repeat(300)}`, 'z\xff\n']

for (const format of ['sha1', 'sha256']) {
  for (const version of ['2', '4']) {
    t.test(
      `entries that git overlooks are found in a ${format} index of version ${version}`,
      async (t) => {
        const { folder: cwd, run } = sandbox(t)
        const git = async (...args: string[]) => (await run('git', args, { cwd })).stdout.trim()
        await git('init', '--quiet', `--object-format=${format}`)
        const oid = await git('hash-object', '-t', 'blob', '/dev/null')
        const index = join(cwd, '.git', 'index')
        const hasUnseen = () => hasUnseenEntries(index, oid.length / 2)
        /** An index of those paths, each with the flags of one `git update-index`. */
        const make = async (flags: Record<string, string[]> = {}) => {
          await run('rm', ['-f', index])
          const lines = PATHS.map((path) => `100644 ${oid}\t${path}\0`).join('')
          await run('git', ['update-index', '-z', '--index-info'], { cwd, input: lines })
          for (const [flag, paths] of Object.entries(flags)) {
            await git('update-index', flag, '--', ...paths)
          }
          await git('update-index', '--index-version', version)
        }

        t.equal(hasUnseen(), false, 'no index is an empty one')
        await make()
        t.equal(hasUnseen(), false)
        for (const path of PATHS.slice(0, -1)) {
          for (const flag of ['--skip-worktree', '--assume-unchanged']) {
            await make({ [flag]: [path] })
            t.equal(hasUnseen(), true, `${flag} ${path.slice(0, 20)}`)
          }
        }
        await run('sh', ['-c', 'echo >new'], { cwd })
        await make()
        await git('add', '--intent-to-add', 'new')
        t.equal(hasUnseen(), false, 'what is only meant to be added is looked at')
        await git('update-index', '--add', '--cacheinfo', `160000,${oid},sub/module`)
        t.equal(hasUnseen(), true, 'a submodule')
        await make()
        await git('update-index', '--untracked-cache', '--split-index')
        t.equal(hasUnseen(), true, 'a split index may hold any')
        await git('update-index', '--no-split-index')
        t.equal(hasUnseen(), false)
        await run('sh', ['-c', 'head -c 150 .git/index >half && mv half .git/index'], { cwd })
        t.equal(hasUnseen(), true, 'half an index may hold any')
      },
    )
  }
}
