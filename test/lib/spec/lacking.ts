import t from 'tap'
import { lackingNotes } from '../../../lib/spec/lacking.ts'
import { parseSpec } from '../../../lib/spec/spec.ts'
import type { Tree } from '../../../lib/spec/tree.ts'

const notes = (files: string[], spec: object, env: NodeJS.ProcessEnv = {}, workdir = '') => {
  const tree: Tree = {
    read: async () => null,
    exists: async (path) => files.includes(path),
    isIgnored: async () => new Set(),
  }
  return lackingNotes(tree, parseSpec(JSON.stringify(spec)), workdir, env)
}

t.test('packages of a lock file that nothing brings are named', async (t) => {
  const command = 'python train.py'
  t.strictSame(await notes(['uv.lock'], { command }), [
    "The run will probably lack the packages of uv.lock: no .venv or venv is linked. --setup 'uv sync' installs them.",
  ])
  t.equal((await notes(['package-lock.json', 'poetry.lock'], { command })).length, 2)
  t.equal((await notes(['uv.lock'], { command }, {}, 'sub/deep')).length, 1)
  t.equal((await notes(['sub/uv.lock'], { command })).length, 0)
})

t.test('where something brings them, nothing is said', async (t) => {
  const command = 'python train.py'
  for (const [spec, env] of [
    [{ command, setup: 'uv sync' }, {}],
    [{ command, link: ['.venv'] }, {}],
    [{ command, keep: ['sub/.venv'] }, {}],
    [{ command: ['uv', 'run', 'train.py'] }, {}],
    [{ command }, { VIRTUAL_ENV: '/home/me/env' }],
    [{ command }, { CONDA_PREFIX: '/home/me/conda' }],
  ] as const) {
    t.strictSame(await notes(['uv.lock'], spec, env), [])
  }
})
