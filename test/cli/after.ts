import { readFileSync, rmSync } from 'node:fs'
import t from 'tap'
import { gate } from '../fixture/gate.ts'
import { type ShownExperiment, sandbox, type TestRepository } from '../fixture/sandbox.ts'

interface Shown extends ShownExperiment {
  waits: string | null
  priority: number
  after: string[]
  after_any: string[]
}

const shown = async (repo: TestRepository): Promise<Record<string, Shown>> => {
  const { stdout } = await repo.exp('status', '--json')
  const { experiments } = JSON.parse(stdout) as { experiments: Shown[] }
  return Object.fromEntries(experiments.map((one) => [one.name, one]))
}

const reasons = async (repo: TestRepository): Promise<Record<string, string>> =>
  Object.fromEntries(
    Object.values(await shown(repo)).map(({ name, state, reason, waits }) => [
      name,
      waits ?? reason?.text ?? state,
    ]),
  )

t.test('who comes after another waits for it, or is skipped, and comes along again', async (t) => {
  const box = sandbox(t)
  const repo = await box.repository({ a: '1' })
  const { wait, reached, open } = gate(box)
  const flaky = `${wait}; test "$GIT_EXP_ATTEMPT" = 2`
  const added = await repo.exp('add', '-n', 'train', '-c', flaky)
  t.equal(added.exitCode, 0)
  // Found although it may still be in the spool.
  await repo.exp('add', '-n', 'eval', '--after', 'train', '--', 'true')
  await repo.exp('add', '-n', 'report', '--after', 'eval', '--', 'true')
  await repo.exp('add', '-n', 'clean', '--after-any', 'train', 'eval', '--', 'true')
  await reached()
  const before = await shown(repo)
  t.match(before, {
    eval: { waits: 'waits: after train', after: [before.train?.id], after_any: [] },
    report: { waits: 'waits: after eval', after: [before.eval?.id] },
    clean: { waits: 'waits: after train, eval', after: [] },
  })
  t.strictSame(before.clean?.after_any, [before.train?.id, before.eval?.id])
  open()
  t.equal((await repo.exp('wait', 'report')).exitCode, 125)
  t.equal((await repo.exp('wait', 'clean')).exitCode, 0)
  const skipped = {
    train: 'exited with 1',
    eval: 'after “train”, which failed',
    report: 'after “eval”, which was skipped',
    clean: 'succeeded',
  }
  t.match(await reasons(repo), skipped)
  t.match((await shown(repo)).eval, { state: 'skipped', reason: { code: 'dependency' } })

  const alone = await repo.exp('retry', 'report')
  t.equal(alone.exitCode, 1)
  t.match(alone.stderr, /comes after did not succeed/)
  t.match((await repo.exp('add', '--after', 'train', '--', 'true')).stderr, /“train” did not/)
  await repo.exp('daemon', 'stop')
  rmSync(box.places.database)
  await repo.exp('doctor', '--rebuild')
  t.match(await reasons(repo), skipped, 'a rebuild knows it all')
  t.equal((await repo.exp('retry', 'report', 'train')).exitCode, 0)
  t.equal((await repo.exp('wait', 'report')).exitCode, 0, 'the whole chain came along')
  t.match(await reasons(repo), { train: 'succeeded', eval: 'succeeded', report: 'succeeded' })
})

t.test('priorities, holds and dependencies outlive the database', async (t) => {
  const box = sandbox(t)
  const repo = await box.repository({ a: '1' })
  const { wait, reached, open } = gate(box)
  const order = `${box.folder}/order`
  const add = async (name: string, ...flags: string[]): Promise<void> => {
    const script = `echo ${name} >>'${order}'`
    const { exitCode, stderr } = await repo.exp('add', '-n', name, ...flags, '-c', script)
    if (exitCode !== 0) throw new Error(stderr)
  }
  await repo.exp('add', '-n', 'now', '-c', wait)
  await reached()
  await add('gone', '--hold')
  await add('orphan', '--after', 'gone')
  await add('indifferent', '--after-any', 'gone', '--priority', '-100')
  await add('plain')
  await add('urgent', '--priority', '7')
  await add('later', '--hold', '--priority', '100')
  t.equal((await repo.exp('priority', '-5', 'plain')).exitCode, 0)
  t.equal((await repo.exp('priority', '101', 'plain')).exitCode, 129)
  t.match(await reasons(repo), {
    gone: 'is held',
    orphan: 'waits: after gone',
    plain: 'waits: as many run as may at once, 1 ahead of it',
    later: 'is held',
  })
  t.equal((await repo.exp('rm', 'gone')).exitCode, 0)
  const before = await shown(repo)
  t.match(before, {
    orphan: { state: 'skipped', reason: { text: 'after “gone”, which was removed' } },
    indifferent: { state: 'queued', after_any: [] },
  })
  await repo.exp('daemon', 'stop')
  rmSync(box.places.database)
  await repo.exp('doctor', '--rebuild')
  const facts = (all: Record<string, Shown>) =>
    Object.values(all).map(({ name, state, priority, after }) => [name, state, priority, after])
  t.strictSame(facts(await shown(repo)), facts(before))
  await repo.exp('release', 'later')
  open()
  t.equal((await repo.exp('wait', 'now', 'indifferent')).exitCode, 0)
  t.equal(readFileSync(order, 'utf8'), 'later\nurgent\nplain\nindifferent\n')
})
