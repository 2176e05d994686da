import { readFileSync } from 'node:fs'
import t from 'tap'
import { gate } from '../fixture/gate.ts'
import { sandbox } from '../fixture/sandbox.ts'
import { until } from '../fixture/until.ts'

t.test('by default one runs after the other, and repositories take turns', async (t) => {
  const world = sandbox(t)
  const repos = [await world.repository({}, 'one'), await world.repository({}, 'two')] as const
  const { wait, reached, open } = gate(world)
  const order = `${world.folder}/order`
  await repos[0].exp('add', '-c', wait)
  await reached()
  for (const name of ['a', 'b', 'c', 'd']) {
    const repo = repos[name === 'b' ? 1 : 0]
    await repo.exp(
      'add',
      '-n',
      name,
      '-c',
      `mkdir '${order}.one' && echo ${name} >>'${order}' && rmdir '${order}.one'`,
    )
  }
  open()
  for (const repo of repos) t.equal((await repo.exp('wait')).exitCode, 0)
  t.equal(readFileSync(order, 'utf8'), 'b\na\nc\nd\n')
})

t.test('with exp.jobs 2 two run side by side, in two slots, and never three', async (t) => {
  const world = sandbox(t)
  await world.config('exp.jobs', '2')
  const repo = await world.repository({ 'a.txt': 'a\n' })
  const names = ['one', 'two', 'three', 'four', 'five']
  const gates = names.map((name) => gate(world, name))
  const log = `${world.folder}/log`
  for (const [i, name] of names.entries()) {
    const script = `echo $GIT_EXP_SLOT "$PWD" $(cat mine 2>/dev/null) >>'${log}'; echo ${name} >mine
      ${gates[i]?.wait}; cat mine`
    await repo.exp('add', '-n', name, '-c', script)
  }
  const running = async (): Promise<string[]> =>
    (await repo.shown()).filter(({ state }) => state === 'running').map(({ name }) => name)
  for (const [i, next] of gates.entries()) {
    // The one before the last to start is let go first, so that slots change hands.
    await Promise.all(gates.slice(0, i + 2).map(({ reached }) => reached()))
    const live = await until('a free place is taken', async () => {
      const found = await running()
      return found.length === Math.min(2, names.length - i) ? found : null
    })
    t.strictSame(live.sort(), names.slice(i, i + 2).sort())
    t.strictSame(
      gates.slice(i + 2).flatMap(({ arrivals }) => arrivals()),
      [],
    )
    next.open()
    await repo.exp('wait', `${names[i]}`)
  }
  const seen = readFileSync(log, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' '))
  t.strictSame(new Set(seen.map(([slot]) => slot)), new Set(['1', '2']))
  t.equal(new Set(seen.map(([, folder]) => folder)).size, 2)
  t.ok(
    seen.every((words) => words.length === 2),
    'no slot had anything of another run',
  )
  for (const name of names)
    t.match((await repo.exp('log', name)).stdout, new RegExp(`^${name}$`, 'm'))
})

t.test('`daemon start -j` decides how many run at once', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': 'a\n' })
  await world.exp(['daemon', 'start', '-j', '3'])
  const { wait, arrivals, open } = gate(world)
  for (let i = 0; i < 3; i++) await repo.exp('add', '-c', wait)
  await until('three run', () => arrivals().length === 3)
  open()
  t.equal((await repo.exp('wait')).exitCode, 0)
})
