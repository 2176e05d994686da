import t from 'tap'
import { sandbox } from '../fixture/sandbox.ts'

t.test('an experiment is made of another one’s snapshot, whatever the workspace is', async (t) => {
  const repo = await sandbox(t).repository({
    'params.yaml': 'lr: 1 # rate\nbs: 8\n',
    'exp.yaml': 'cmd: sh run.sh\nmetrics: [m.json]\ntimeout: 1h\n',
    'run.sh': 'echo old\n',
  })
  const baseline = await repo.git('rev-parse', 'HEAD')
  repo.write('run.sh', 'cat params.yaml new.txt; echo \'{"m": 1}\' >m.json\n')
  repo.write('new.txt', 'untracked\n')
  await repo.exp('add', '-n', 'otter', '-S', 'lr=2', '-S', 'bs=16')
  // The workspace is another one now, on another commit, and cannot be captured at all.
  repo.write('run.sh', 'exit 9\n')
  await repo.git('add', '--all')
  await repo.git('commit', '--quiet', '--message', 'Later')
  await repo.git('rm', '--quiet', 'new.txt', 'exp.yaml')

  const made = await repo.exp('add', '--from', 'otter', '-S', 'lr=3,4', '-n', 'next')
  t.equal(made.exitCode, 0, made.stderr)
  t.match(made.stderr, /as otter: /)
  const other = await repo.exp(
    'run',
    '--from',
    'otter',
    '-n',
    'other',
    '--retries',
    '2',
    '--',
    'cat',
    'new.txt',
  )
  t.match(other, { exitCode: 0, stdout: /untracked/ })
  await repo.exp('wait')
  const [last, four, three] = await repo.shown()
  t.match(four, {
    name: 'next-2',
    state: 'succeeded',
    baseline,
    command: 'sh run.sh',
    overrides: ['params.yaml:bs=16', 'params.yaml:lr=4'],
    params: { 'params.yaml': { lr: 4, bs: 16 } },
    metrics: { 'm.json': { m: 1 } },
  })
  t.match(three, { name: 'next-1', overrides: ['params.yaml:bs=16', 'params.yaml:lr=3'] })
  t.match(last, { command: ['cat', 'new.txt'], params: { 'params.yaml': { lr: 2 } } })
  t.equal(await repo.git('show', `${four?.snapshot}:params.yaml`), 'lr: 4 # rate\nbs: 16')
  const message = await repo.git('show', '-s', '--format=%B', four?.snapshot ?? '')
  const original = await repo.git('rev-parse', `${baseline}:params.yaml`)
  t.match(
    message,
    `Exp-Replaced: ["params.yaml","${original}"]`,
    'less its overrides it is the workspace',
  )
  t.match(message, '"timeoutSeconds":3600')
  t.equal(
    await repo.git('rev-parse', `${four?.snapshot}^3^{tree}`),
    await repo.git('rev-parse', `${last?.snapshot}^3^{tree}`),
  )

  for (const args of [
    ['add', '--from', 'nobody'],
    ['add', '--from', 'otter', '--untracked', 'all'],
    ['add', '--from', 'otter', '--dry-run'],
    ['add', '--from', 'otter', '-S', 'nosuch=1'],
  ]) {
    const { exitCode, stderr } = await repo.exp(...args)
    t.not(exitCode, 0, args.join(' '))
    t.match(stderr, /git exp: /)
  }
})
