import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { gate } from '../fixture/gate.ts'
import { sandbox } from '../fixture/sandbox.ts'
import { until } from '../fixture/until.ts'

t.test('on_finish is run once, after the last attempt, and changes nothing', async (t) => {
  const world = sandbox(t)
  const told = join(world.folder, 'told')
  const notices = join(world.folder, 'notices')
  const tools = join(world.folder, 'tools')
  mkdirSync(tools)
  // A stand-in for the desktop's own program.
  writeFileSync(join(tools, 'notify-send'), `#!/bin/sh\nprintf '%s|' "$@" >>'${notices}'\n`)
  chmodSync(join(tools, 'notify-send'), 0o755)
  world.env.PATH = `${tools}:${world.env.PATH}`
  world.env.DISPLAY = ':99'
  const repo = await world.repository({
    'exp.yaml': `retries: 1\non_finish: 'git cat-file -t "$GIT_EXP_RESULT" >>${told}; echo "$PWD|$GIT_EXP_NAME|$GIT_EXP_STATE|$GIT_EXP_EXIT_CODE|$GIT_EXP_ATTEMPT|$GIT_EXP_METRICS" >>${told}; exit 9'\n`,
  })
  await repo.git('config', 'exp.notify', 'true')
  const script = `echo '{"acc": "$(touch ${told}.forged)"}' >metrics.json; exit 3`
  t.equal((await repo.exp('run', '-n', 'fails', '-c', script)).exitCode, 3)
  await until('a notice is shown', () => existsSync(notices))
  const metrics = `{"metrics.json":{"acc":"$(touch ${told}.forged)"}}`
  t.equal(readFileSync(told, 'utf8'), `commit\n${repo.path}|fails|failed|3|2|${metrics}\n`)
  t.notOk(existsSync(`${told}.forged`))
  t.equal(readFileSync(notices, 'utf8'), '--|git exp: fails|failed: exited with 3|')
  t.match((await repo.shown())[0], { state: 'failed', exit_code: 3, attempt: 2 })
  await world.exp(['daemon', 'restart'])
  await repo.exp('run', '-n', 'good', '--', 'true')
  await until('the other is told of', () => /good/.test(readFileSync(notices, 'utf8')))
  t.equal(readFileSync(told, 'utf8').match(/fails/g)?.length, 1)
})

t.test('what a run tells while it runs stands in status, and what it took in show', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': 'a\n' })
  const { wait, reached, open } = gate(world)
  const script = `printf 'epoch=1 loss=0.5\\r'; echo 'epoch=2, loss=0.25 name=x'
    i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done
    echo '{"acc": 0.9}' >metrics.json; ${wait}`
  await repo.exp('add', '-n', 'tells', '-c', script)
  await reached()
  const look = { state: 'running', metrics: { 'metrics.json': { acc: 0.9 } } }
  const now = await until('its numbers are in the log', async () => {
    const [one] = await repo.shown()
    return one?.progress.epoch === 2 ? one : null
  })
  t.match(now, { ...look, usage: null })
  t.strictSame(now.progress, { epoch: 2, loss: 0.25 })
  t.match((await repo.exp()).stdout, /progress.*\n.*acc 0\.9, epoch 2, loss 0\.25/)
  open()
  await repo.exp('wait')
  const [ended] = await repo.shown()
  t.match(ended, { state: 'succeeded', progress: {}, usage: { peak_gpu_memory: null } })
  const { cpu_seconds: cpu, peak_memory: peak, seconds } = ended?.usage ?? {}
  t.ok(Number(cpu) > 0 && Number(cpu) < Number(seconds) + 5, `${cpu} of ${seconds} s`)
  t.ok(Number(peak) > 100_000 && Number(peak) < 100_000_000, `${peak} bytes`)
})

t.test('several logs are followed at once, over attempts, each line with its name', async (t) => {
  const world = sandbox(t)
  await world.config('exp.jobs', '2')
  const repo = await world.repository({ 'a.txt': 'a\n' })
  const twice = 'echo of $GIT_EXP_ATTEMPT; [ $GIT_EXP_ATTEMPT = 2 ]'
  const run = await repo.exp('run', '-n', 'again', '--retries', '1', '-c', twice)
  t.match(run, { exitCode: 0, stdout: /^of 1\n.*failed: exited with 1\n.*\nof 2$/m })
  await repo.exp('add', '-n', 'one', '-c', 'echo first')
  await repo.exp('add', '-n', 'two', '-c', 'echo a; echo b; printf "no end"')
  const { stdout } = await repo.exp('log', '-f', 'one', 'two')
  for (const line of ['one: first', 'two: a', 'two: b', 'two: no end']) {
    t.match(stdout, new RegExp(`^${line}`, 'm'))
  }
  t.match(stdout, /^one: \[git exp\] succeeded$/m)
  t.equal((await repo.exp('wait', '--all')).exitCode, 0)
  t.equal((await repo.exp('wait', '--all', 'one')).exitCode, 129)
})
