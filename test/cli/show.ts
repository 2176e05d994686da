import t from 'tap'
import { sandbox } from '../fixture/sandbox.ts'

const train = `lr=$(sed -n 's/lr: //p' params.yaml)
printf 'step,loss\\n1,4\\n2,%s\\n' "$lr" >steps.csv
printf '{"acc": %s, "odd": NaN}\\n' "$lr" >metrics.json
echo "new in $lr" >made.txt
`

t.test('experiments are shown, compared and chosen among', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({
    'params.yaml': 'lr: 1\nfixed: x\n',
    'exp.yaml': 'cmd: sh train.sh\nmetrics: [metrics.json, steps.csv]\ngoal: {acc: max}\n',
    'train.sh': train,
  })
  await repo.exp('add', '-S', 'lr=1,2', '-n', 'r')
  repo.write('train.sh', `${train}# changed\n`)
  repo.write('new.txt', 'untracked\n')
  await repo.exp('add', '-S', 'lr=3', '-n', 'later|one')
  await repo.exp('add', '-S', 'lr=3', '-n', 'later')
  t.equal((await repo.exp('wait')).exitCode, 0)
  const show = async (...args: string[]) => (await repo.exp('show', ...args)).stdout

  await t.test('as a table, by condition, order and columns', async (t) => {
    t.match(
      await show(),
      /^#\s+name\s+state\s+lr\s+acc\s+odd\s+step\s+loss\n3 +later +succeeded in/,
    )
    t.equal(
      await show('--where', 'lr > 1', '--sort=-lr', '--cols', 'name,min(loss)', '--csv'),
      [...['name,min(loss)', 'later,3', 'r-2,2', '']].join('\n'),
    )
    t.equal(await show('--best', 'acc', '--cols', 'name,odd', '--tsv'), 'name\todd\nlater\tNaN\n')
    t.equal((await show('-n', '1', '--cols', 'name')).trim(), 'name\nlater')
    t.equal((await show('@best', '--cols', 'name')).trim(), 'name\nlater')
    t.match(
      await show('--md', '--cols', 'name,lr'),
      /^\| name \| lr \|\n\| --- \| --: \|\n\| later/,
    )
  })

  await t.test('as JSON, one a line', async (t) => {
    const lines = (await show('--ndjson', '--sort', 'lr')).trimEnd().split('\n')
    t.strictSame(
      lines.map((line) => JSON.parse(line).name),
      ['r-1', 'r-2', 'later'],
    )
    t.match(JSON.parse(lines[0] ?? '').metrics, { 'metrics.json': { odd: 'NaN' } })
  })

  await t.test('two differ in parameters, metrics, code and untracked files', async (t) => {
    const { stdout } = await repo.exp('diff', 'r-1', 'later')
    t.match(stdout, /^lr +1 +3 \(\+2\)$/m)
    t.match(stdout, /^acc +1 +3 \(\+2 better\)$/m)
    t.match(stdout, /^\+# changed$/m)
    t.match(stdout, /^\+untracked$/m)
    t.notMatch((await repo.exp('diff', 'r-1', 'later', '--no-code')).stdout, /changed/)
    t.match((await repo.exp('diff', 'r-1', 'later', '--stat')).stdout, /train\.sh +\| 1 \+/)
    const json = JSON.parse((await repo.exp('diff', 'r-1', 'r-2', '--json')).stdout)
    t.match(json.params, [{ name: 'lr', values: [1, 2], deltas: [null, 1] }])
    t.match((await repo.exp('diff', 'r-1', 'r-2', '--md')).stdout, /^\| params \| r-1 \| r-2 \|\n/)
  })

  await t.test('mistakes are told', async (t) => {
    const refused = async (...args: string[]) => {
      const { exitCode, stdout, stderr } = await repo.exp(...args)
      t.equal(exitCode, 1, args.join(' '))
      t.equal(stdout, '')
      return stderr
    }
    t.match(await refused('show', '--where', 'acc >'), /a value was expected\n {2}acc >\n {7}\^/)
    t.match(await refused('show', '--sort', 'ac'), /did you mean acc\?/)
    t.match(await refused('diff', 'r-1', 'r-9'), /there is no experiment “r-9”/)
    t.equal((await repo.exp('diff', 'r-1')).exitCode, 129)
    t.match((await repo.exp('show', '--where', 'acc > 9')).stderr, /none of 3 experiments/)
  })
})
