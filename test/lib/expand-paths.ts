import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { expandPaths } from '../../lib/expand-paths.ts'
import { sandbox } from '../fixture/sandbox.ts'

t.test('an entry means the file of that very name, else what the glob finds', async (t) => {
  const { folder } = sandbox(t)
  mkdirSync(join(folder, 'conf/.git'), { recursive: true })
  for (const file of ['conf/b.yaml', 'conf/a.yaml', 'odd[1].json', 'conf/.git/c.yaml']) {
    writeFileSync(join(folder, file), '')
  }
  t.strictSame(
    expandPaths(folder, ['conf/*.yaml', 'odd[1].json', 'none*', 'plain', 'conf/a.yaml']),
    ['conf/a.yaml', 'conf/b.yaml', 'odd[1].json', 'none*', 'plain'],
  )
  t.strictSame(expandPaths(folder, ['**/c.yaml']), ['**/c.yaml'], 'nothing in a .git is found')
})

t.test('metrics and links may be globs', async (t) => {
  const box = sandbox(t)
  const repo = await box.repository({
    'run.sh': 'mkdir -p out && cat big-*/f && echo "{\\"m\\": 1}" > out/one.json',
    'exp.yaml': 'cmd: sh run.sh\nmetrics: ["out/*.json"]\nlink: ["big-*"]\n',
    '.gitignore': 'big-*\nout\n',
  })
  repo.write('big-1/f', 'linked\n')
  const ran = await repo.exp('run')
  t.equal(ran.exitCode, 0, ran.stdout + ran.stderr)
  t.match(ran.stdout, /^linked$/m)
  t.strictSame((await repo.shown())[0]?.metrics, { 'out/one.json': { m: 1 } })
})
