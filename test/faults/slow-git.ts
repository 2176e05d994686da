import { appendFileSync, chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { isAlive } from '../fixture/daemon-process.ts'
import { gate } from '../fixture/gate.ts'
import { runScript } from '../fixture/run-script.ts'
import { sandbox } from '../fixture/sandbox.ts'
import { until } from '../fixture/until.ts'

t.test('an editor or a prompt of the user’s holds nothing up', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': 'a\n' })
  const program = join(world.folder, 'hangs')
  writeFileSync(program, '#!/bin/sh\nexec sleep 600\n')
  chmodSync(program, 0o755)
  for (const key of ['core.editor', 'core.askPass', 'credential.helper', 'sequence.editor']) {
    await repo.git('config', key, program)
  }
  repo.write('a.txt', 'edited\n')
  const { experiment, output } = await runScript(repo, 'cat a.txt; git status --short')
  t.match(experiment, { state: 'succeeded' })
  t.match(output, /^edited\n M a\.txt$/m)
})

t.test('a run in place is stopped while a filter hangs, and nothing is changed', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': 'a\n', 'params.yaml': 'lr: 0.1\n' })
  const slow = gate(world)
  await repo.exp('add', '--hold', '--in-place', '-n', 'hangs', '-S', 'lr=0.5', '--', 'true')
  await repo.git('config', 'filter.slow.clean', `sh -c "${slow.wait}; cat"`)
  appendFileSync(join(repo.path, '.git/info/attributes'), 'a.txt filter=slow\n')
  repo.write('a.txt', 'edited\n')
  await repo.exp('release', 'hangs')
  const filter = await slow.reached()
  await repo.exp('stop', 'hangs')
  t.equal((await repo.exp('wait', 'hangs')).exitCode, 143)
  await until('the filter is gone', () => !isAlive(filter))
  t.equal(repo.read('params.yaml'), 'lr: 0.1\n')
  t.equal(await repo.git('for-each-ref', 'refs/git-exp/undo'), '')
  slow.open()
})
