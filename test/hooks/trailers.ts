import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parseTicket, type Ticket } from '../../lib/ticket.ts'
import { sandbox } from '../fixture/sandbox.ts'
import { until } from '../fixture/until.ts'

const files = {
  'exp.yaml': 'cmd: cat params.yaml\n',
  'params.yaml': 'lr: 1 # the rate\nmodel: {depth: 2}\n',
}

t.test('trailers of a commit steer its experiment, and one that is wrong is told of', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository(files)
  await repo.exp('hooks', 'install')
  await repo.git('config', 'exp.autoqueue', 'true')
  const { spool, daemonLog } = world.places
  const commit = async (...trailers: string[]): Promise<string> => {
    const message = `Subject\n\n${trailers.join('\n')}\n`
    const args = ['commit', '--allow-empty', '--file', '-']
    const { exitCode, stderr } = await world.run('git', args, { cwd: repo.path, input: message })
    t.equal(exitCode, 0)
    t.ok(stderr.split('\n').length <= 2, 'it says one line at most')
    return stderr
  }
  for (const skip of ['Exp: skip', 'exp: Skip', 'Exp-Name: never\nExp: skip']) {
    t.equal(await commit(skip), '', skip)
  }
  t.match(
    await commit('no trailer: Exp: skip', 'Exp-Name: not one', '', 'The end.'),
    /queued [^,]*\n/,
  )
  t.match(
    await commit('Exp-Param: lr=0.1,0.01', 'Exp-Param: model.depth=3,4'),
    'as its trailers say',
  )
  await commit('Signed-off-by: A', 'Exp-Name: named', 'Exp-Param: params.yaml:lr=range(2,4)')
  await commit('Exp-Command: echo it\\\'s $((6 * 7)) "&&" ü')
  await commit('Exp-Id: "x"', 'Exp-Snapshot: "y"')
  const hostile: [string[], RegExp][] = [
    [['Exp-Name: ../../heads/main'], /name/],
    [['Exp-Name: --force', 'Exp-Param: lr=1'], /name/],
    [['Exp-Name: a', 'Exp-Name: b'], /Exp-Name more than once/],
    [['Exp-Param: ../../params.yaml:lr=1'], /outside/],
    [['Exp-Param: .git/config:core.bare=1'], /\.git/],
    [['Exp-Param: lr=range(0,1000000)'], /1000000 experiments/],
    [['Exp-Param: lr=0.1,0.1', 'Exp-Name: x'.repeat(100)], /name/],
    [['Exp-Param: nothing=1'], /nothing/],
    [['Exp-Param: lr=$(touch x)'], /lr/],
    [['Exp-Parm: lr=1'], /did you mean Exp-Param/],
    [['Exp: skp'], /can only be skip/],
    [['Exp-Command:'], /nothing behind Exp-Command/],
  ]
  for (const [trailers] of hostile) await commit(...trailers)
  // What was refused meanwhile never ends, and nobody waits for it.
  await repo.exp('wait')
  t.equal((await repo.exp('wait')).exitCode, 0)
  const shown = (await repo.shown()).reverse()
  t.match(
    shown.map(({ name, overrides }) => [name, ...overrides]),
    [
      [/^commit-/],
      ['lr=0.1,depth=3', 'params.yaml:lr=0.1', 'params.yaml:model.depth=3'],
      ['lr=0.1,depth=4', 'params.yaml:lr=0.1', 'params.yaml:model.depth=4'],
      ['lr=0.01,depth=3', 'params.yaml:lr=0.01', 'params.yaml:model.depth=3'],
      ['lr=0.01,depth=4', 'params.yaml:lr=0.01', 'params.yaml:model.depth=4'],
      ['named-1', 'params.yaml:lr=2'],
      ['named-2', 'params.yaml:lr=3'],
      [/^commit-/],
      [/^commit-/],
    ],
  )
  t.equal(shown.length, 9)
  t.match((await repo.exp('log', 'named-2')).stdout, '\nlr: 3 # the rate\nmodel: {depth: 2}\n')
  t.match((await repo.exp('log', shown[7]?.name ?? '')).stdout, "\nit's 42 && ü\n")
  await repo.git('stash', 'apply', '--quiet', shown[6]?.snapshot ?? '')
  t.match(repo.read('params.yaml'), 'lr: 3')

  const reasons = readdirSync(spool.bad)
    .filter((name) => name.endsWith('.reason'))
    .toSorted()
  const log = readFileSync(daemonLog, 'utf8')
  for (const [i, [trailers, reason]] of hostile.entries()) {
    const text = readFileSync(join(spool.bad, reasons[i] ?? ''), 'utf8')
    t.match(text, reason, trailers.join())
    t.match(text, /^commit-[0-9a-f]{8}: /)
    t.ok(log.includes(JSON.stringify(text.split('\n')[0]).slice(0, -1)), 'the log tells it too')
  }
  t.equal(reasons.length, hostile.length)
  t.notMatch(await repo.git('status', '--porcelain'), '??')
})

t.test('a sweep that a daemon died over is made once, and the same', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ ...files, 'exp.yaml': 'cmd: "true"\n' })
  await repo.exp('hooks', 'install')
  await repo.exp('daemon', 'stop')
  await repo.git('config', 'exp.autoqueue', 'true')
  const { spool, runs } = world.places
  // A daemon that cannot start: the hook's ticket stays as it is.
  const hook = join(repo.path, '.git/hooks/post-commit')
  writeFileSync(hook, readFileSync(hook, 'utf8').replace(/'[^']*daemon\/main\.js'/, '/nowhere'))
  await repo.git('commit', '--quiet', '--allow-empty', '--message', 'S\n\nExp-Param: lr=1,2,3')
  const [file = ''] = readdirSync(spool.new)
  const ticket = readFileSync(join(spool.new, file))
  const one = parseTicket(ticket.toString()) as Ticket
  await repo.exp('daemon', 'start')
  const first = await until('all three have run', async () => {
    const shown = await repo.shown()
    return shown.length === 3 && shown.every(({ state }) => state === 'succeeded') ? shown : null
  })
  await repo.exp('daemon', 'stop')

  // As if the machine had died when the refs were made and nothing else was.
  renameSync(world.places.home, `${world.places.home}-was`)
  for (const { result } of first) {
    for (const ref of (
      await repo.git('for-each-ref', '--points-at', result ?? '', '--format=%(refname)')
    ).split('\n')) {
      await repo.git('update-ref', '-d', ref)
    }
  }
  await repo.exp('daemon', 'start')
  await repo.exp('daemon', 'stop')
  const id = readFileSync(join(`${world.places.home}-was`, 'queue.id'))
  writeFileSync(join(world.places.home, 'queue.id'), id)
  writeFileSync(join(spool.new, file), ticket)
  // Other commits would come out now: those that have the refs count.
  await repo.git('config', 'user.name', 'Somebody else')
  await repo.exp('daemon', 'start')
  await until('all three have run again', async () => {
    const shown = await repo.shown()
    return shown.length === 3 && shown.every(({ state }) => state === 'succeeded')
  })
  const facts = ({ id, name, snapshot }: { id: string; name: string; snapshot: string }) => [
    id,
    name,
    snapshot,
  ]
  t.strictSame((await repo.shown()).map(facts), first.map(facts))
  const refs = await repo.git('for-each-ref', '--format=%(refname)', 'refs/git-exp/snapshots')
  t.equal(refs.split('\n').length, 3, 'the hook’s own ref is gone')
  t.strictSame(readdirSync(spool.bad), [])
  t.ok(readdirSync(join(runs, one.items[0]?.id ?? '')).includes('ticket'))
})
