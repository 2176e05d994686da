import { existsSync } from 'node:fs'
import t from 'tap'
import { sandbox } from '../fixture/sandbox.ts'

const FILES = {
  'params.yaml': 'lr: 0.1 # rate\nmodel:\n  depth: 18\n  name: a\n',
  'sweep.csv': 'lr,model.depth\n0.5,34\n0.25,50\n',
}

t.test('a dry run says what would be queued, and touches nothing', async (t) => {
  const { exp, path, git } = await sandbox(t).repository(FILES)
  const objects = await git('count-objects')
  const args = ['add', '--dry-run', '-S', 'lr=0.1,0.25', '-S', 'model.depth=18,34', '--', 'true']
  const { stdout, stderr, exitCode } = await exp(...args)
  t.equal(exitCode, 0, stderr)
  t.equal(
    stdout,
    `name                lr  model.depth
lr=0.1,depth=18    0.1           18
lr=0.1,depth=34    0.1           34
lr=0.25,depth=18  0.25           18
lr=0.25,depth=34  0.25           34
`,
  )
  t.match(stderr, /^4 experiments would be queued$/m)
  const json = await exp('run', '--json', '-n', 'x', ...args.slice(1, -2), '--zip', '--', 'true')
  t.match(JSON.parse(json.stdout), [
    { name: 'x-1', overrides: ['params.yaml:lr=0.1', 'params.yaml:model.depth=18'] },
    { name: 'x-2', overrides: ['params.yaml:lr=0.25', 'params.yaml:model.depth=34'] },
  ])
  t.match(await exp('add', '--dry-run', '-S', 'model.dept=1', '--', 'true'), {
    exitCode: 1,
    stderr: /no parameter model\.dept/,
  })
  t.equal(await git('for-each-ref', 'refs/git-exp'), '')
  t.equal(await git('count-objects'), objects)
  t.notOk(existsSync(`${path}/../state`), 'no state folder was made')
})

t.test('drawn values stand in the snapshots, with what draws them again', async (t) => {
  const { exp, git } = await sandbox(t).repository(FILES)
  const sweep = ['-S', 'lr=tag(log,interval(1e-5,1e-1))', '-S', 'model.depth=18,34']
  const drawn = [...sweep, '--sample', '3', '--sampler', 'sobol', '--seed', '7', '--json']
  const planned = JSON.parse((await exp('add', '--dry-run', ...drawn, '--', 'true')).stdout)
  const { stdout, stderr } = await exp('add', ...drawn, '--', 'true')
  const queued = JSON.parse(stdout)
  t.equal(queued.length, 3)
  t.match(stderr, 'values drawn by --sample 3 --sampler sobol --seed 7')
  for (const [i, { name, snapshot, overrides }] of queued.entries()) {
    t.strictSame({ name, overrides }, { name: planned[i].name, overrides: planned[i].overrides })
    const message = await git('log', '-1', '--format=%B', snapshot)
    t.match(message, `Exp-Override: "${overrides[0]}"`)
    t.match(message, 'Exp-Sample: {"count":3,"sampler":"sobol","seed":7}')
    const value = overrides[0].slice('params.yaml:lr='.length)
    t.match(await git('show', `${snapshot}:params.yaml`), `lr: ${value} # rate`)
  }
})

t.test('rows of a file, twins of signs and literal values are overrides too', async (t) => {
  const { exp } = await sandbox(t).repository(FILES)
  const overrides = async (...args: string[]): Promise<string[]> => {
    const { stdout, stderr } = await exp('add', '--dry-run', '--json', ...args, '--', 'true')
    if (stdout === '') throw new Error(stderr)
    return JSON.parse(stdout).map((one: { overrides: string[] }) => one.overrides.join(' '))
  }
  t.strictSame(await overrides('--set', 'sweep.csv', '-S', 'model.name=b,c'), [
    'params.yaml:lr=0.5 params.yaml:model.depth=34 params.yaml:model.name=b',
    'params.yaml:lr=0.5 params.yaml:model.depth=34 params.yaml:model.name=c',
    'params.yaml:lr=0.25 params.yaml:model.depth=50 params.yaml:model.name=b',
    'params.yaml:lr=0.25 params.yaml:model.depth=50 params.yaml:model.name=c',
  ])
  t.strictSame(await overrides('--add-param', 'new=1', '--unset', 'model.name', '-S', 'new=2'), [
    'params.yaml:+new=1 params.yaml:~model.name params.yaml:new=2',
  ])
  t.strictSame(await overrides('--no-sweep', '-S', 'model.name=Hello, you!'), [
    "params.yaml:model.name='Hello, you!'",
  ])
})

t.test('what a shell took apart is shown with the spelling that works', async (t) => {
  const { exp } = await sandbox(t).repository(FILES)
  for (const [args, words] of [
    [
      ['-S', 'model=x:1', 'model=y:2'],
      /model=x:1 model=y:2\n {12}\^\n.*\n {2}type 'model=\{x:1,y:2\}'/,
    ],
    [['-S', 'lr=[1,', '2]'], /type 'lr=\[1, 2\]'/],
    [['-S', '/root'], /--unset KEY/],
    [['lr=0.5'], /git exp add -S 'lr=0\.5'/],
    [['-S', 'lr=interval(0,1)'], /--sample 10/],
    [['-S', 'lr=1,2', '-S', 'model.depth=1,2,3', '--zip'], /lr has 2, model\.depth has 3/],
    [['-S', 'lr=1,2', '--zip', '--sample', '2'], /exclude each other/],
    [['-S', 'lr=1,2', '--sample', 'x'], /whole number, not “x”/],
    [['-S', 'lr=1,2', '--sample', '1', '--sampler', 'grid'], /random, sobol, halton/],
    [['-S', 'lr=1', '--set', 'sweep.csv'], /lr is overridden in sweep\.csv and by -S/],
    [['--set', 'none.csv'], /no such file/],
    [['-S', 'lr=range(0,10001)'], /10,001 experiments.*\n.*--yes/],
    [['-S', 'lr=range(0,20001)', '--yes'], /20,000 is the most/],
  ] as const) {
    t.match(
      await exp('add', ...args, '--', 'true'),
      { stdout: /^$/, stderr: words },
      args.join(' '),
    )
  }
})
