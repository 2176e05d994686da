// biome-ignore-all lint/suspicious/noTemplateCurlyInString: interpolations are the subject
import t from 'tap'
import { sandbox } from '../fixture/sandbox.ts'

const FILES = {
  'exp.yaml': 'cmd: sh run.sh\nhydra: true\n',
  'run.sh': 'cat params.yaml\n',
  'conf/config.yaml':
    'defaults:\n  - model: small\n  - _self_\nseed: 1\nname: "${model.name}-${seed}"\n',
  'conf/model/small.yaml': 'name: small\n',
  'conf/model/big.yaml': 'name: big\ndepth: 9\n',
  'conf/model/bigger.yaml': 'name: bigger\ndepth: 99\n',
}

t.test('the parameter file is composed for each experiment, in its snapshot alone', async (t) => {
  const box = sandbox(t)
  const repo = await box.repository(FILES)

  const plain = await repo.exp('run', '-n', 'plain')
  t.match(plain.stdout, /^model:\n {2}name: small\nseed: 1\nname: small-1$/m)
  t.match(plain.stderr, /params params\.yaml/)

  repo.write('conf/model/big.yaml', 'name: big\ndepth: 10\n')
  const sweep = await repo.exp('add', '-S', 'model=glob(big*)', '-S', 'seed=2,3', '-n', 's')
  t.match(sweep, { exitCode: 0, stdout: 's-1\ns-2\ns-3\ns-4\n' }, sweep.stderr)
  t.equal((await repo.exp('wait')).exitCode, 0)
  const [last, , , first] = await repo.shown()
  t.strictSame(first?.params, {
    'params.yaml': { model: { name: 'big', depth: 10 }, seed: 2, name: 'big-2' },
  })
  t.strictSame(last?.params['params.yaml'], {
    model: { name: 'bigger', depth: 99 },
    seed: 3,
    name: 'bigger-3',
  })
  t.equal(
    await repo.git('status', '--short'),
    ' M conf/model/big.yaml',
    'the workspace is as it was',
  )

  for (const [override, message, hint] of [
    ['model=bigg', /no conf\/model\/bigg\.yaml; did you mean big\?/, /has big, bigger, small/],
    ['conf/config.yaml:a/b=1', /names a config group/, null],
  ] as const) {
    const { stderr, exitCode } = await repo.exp('add', '--json', '-S', override)
    t.equal(exitCode, 1)
    t.match(JSON.parse(stderr).error, { message, ...(hint === null ? {} : { hint }) }, override)
  }
})
