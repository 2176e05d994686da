import { rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { sandbox } from '../fixture/sandbox.ts'

const RUNS = 50
const MB = 1024 * 1024

t.setTimeout(900_000)

t.test('a night of runs with large checkpoints leaves the repository small', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'params.yaml': 'n: 0\n', '.gitignore': 'runs/\n' })
  const kilobytes = async (): Promise<number> =>
    Number((await world.run('du', ['-sk', join(repo.path, '.git')])).stdout.split('\t')[0])
  const before = await kilobytes()
  // Holes cost neither time nor disk, and count as much as bytes.
  const script =
    'mkdir runs; cat params.yaml >model.pt; truncate -s 40M model.pt; cp params.yaml runs/log'
  const options = ['-n', 'night', '-S', `n=range(0,${RUNS})`, '-c', script]
  t.equal((await repo.exp('add', ...options)).exitCode, 0)
  t.equal((await repo.exp('wait')).exitCode, 0)
  const grown = ((await kilobytes()) - before) / 1024
  t.comment(`.git has grown by ${grown.toFixed(1)} MB`)
  t.ok(grown < 5)
  for (let n = 0; n < RUNS; n++) {
    rmSync(join(repo.path, 'model.pt'), { force: true })
    rmSync(join(repo.path, 'runs'), { force: true, recursive: true })
    const { exitCode, stderr } = await repo.exp('apply', `night-${n + 1}`)
    t.equal(exitCode, 0, stderr)
    t.equal(statSync(join(repo.path, 'model.pt')).size, 40 * MB)
    t.equal(repo.read('runs/log'), `n: ${n}\n`)
  }
})
