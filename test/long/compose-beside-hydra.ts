import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import t from 'tap'
import { printConfig } from '../../lib/compose/print.ts'
import { composed, type Run, type Tree, trees } from '../fixture/compose-cases.ts'
import { nestedFiles } from '../fixture/nested-files.ts'

// Hydra takes a tenth of a second for each of hundreds of cases.
t.setTimeout(900_000)

const python = process.env.HYDRA_PYTHON ?? 'python3'
const script = readFileSync(new URL('../fixture/hydra-compose.py', import.meta.url), 'utf8')
const probe = spawnSync(python, ['-c', 'import hydra, yaml'], { encoding: 'utf8' })
const skip =
  probe.status !== 0 && `${python} cannot import hydra (pip install hydra-core; HYDRA_PYTHON)`

interface Answer {
  value?: unknown
  error?: string
  /** Our own text of the config, as PyYAML reads it. */
  read: unknown
}

const ours = (root: string, tree: Tree, { overrides, value, differs }: Run): string | null =>
  value === undefined || differs !== undefined
    ? null
    : printConfig('params.yaml', composed(root, tree, overrides))

t.test(
  'an installed Hydra composes the same, and reads what is written here',
  {
    skip,
    timeout: 900_000,
  },
  async (t) => {
    const runs = trees.flatMap((tree) => tree.runs.map((run) => ({ tree, run })))
    const cases = runs.map(({ tree, run }) => ({
      files: tree.files,
      name: tree.name,
      env: tree.env,
      overrides: run.overrides,
      text: ours(t.testdir(nestedFiles(tree.files)), tree, run),
    }))
    const { stdout, stderr, status } = spawnSync(python, ['-c', script], {
      input: JSON.stringify(cases),
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    })
    t.equal(status, 0, stderr.slice(-2000))
    for (const [at, answer] of (JSON.parse(stdout) as Answer[]).entries()) {
      const one = runs[at]
      if (one === undefined) throw new Error('more answers than cases')
      const { tree, run } = one
      const said = `${tree.id}: ${run.overrides.join(' ')}`
      t.equal(answer.error === undefined, run.error === undefined, said)
      if (run.value === undefined) continue
      t.strictSame(answer.value, run.value, said)
      if (run.differs === undefined) {
        t.strictSame(answer.read, run.value, `${said}: as PyYAML reads it`)
      }
    }
  },
)

t.test('there are enough cases to tell the two apart', async (t) => {
  t.ok(trees.length > 100)
})
