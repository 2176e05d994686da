import { join } from 'node:path'
import t from 'tap'
import { sandbox } from '../fixture/sandbox.ts'

/** A folder with nbstripout and setuptools_scm in its venv. */
const tools = process.env.EXP_TEST_TOOLS ?? ''
const skip =
  tools === '' ? 'EXP_TEST_TOOLS names no folder with nbstripout and setuptools_scm' : false
const python = join(tools, 'venv/bin/python')

const notebook = (output: string): string =>
  JSON.stringify({
    cells: [
      {
        cell_type: 'code',
        execution_count: output === '' ? null : 1,
        id: 'one',
        metadata: {},
        outputs: output === '' ? [] : [{ name: 'stdout', output_type: 'stream', text: [output] }],
        source: ['print(1)'],
      },
    ],
    metadata: {},
    nbformat: 4,
    nbformat_minor: 5,
  })

t.test(
  'nbstripout strips what is captured and what a run leaves, as it does for the user',
  {
    skip,
  },
  async (t) => {
    const world = sandbox(t)
    const repo = await world.repository({ 'a.ipynb': notebook('') })
    const installed = await world.run(
      python,
      ['-m', 'nbstripout', '--install', '--attributes', '.gitattributes'],
      { cwd: repo.path },
    )
    t.equal(installed.exitCode, 0, installed.stderr)
    await repo.git('add', '--all')
    await repo.git('commit', '--quiet', '--message', 'Strip')
    repo.write('a.ipynb', notebook('of the user'))
    repo.write('run.ipynb', notebook('of the run'))
    repo.write('code.py', 'print(1)\n')

    const script = 'git status --porcelain; cp run.ipynb a.ipynb; git diff --stat; echo end'
    const run = await repo.exp('run', '--untracked=all', '-n', 'strip', '-c', script)
    t.equal(run.exitCode, 0, run.stderr)
    t.match(run.stdout, /\?\? code\.py\n\?\? run\.ipynb\nend\n/, 'the notebook is as committed')
    const [shown] = await repo.shown()
    for (const commit of [shown?.snapshot, shown?.result]) {
      const stored = await repo.git('cat-file', '-p', `${commit}:a.ipynb`)
      t.match(stored, 'print(1)')
      t.notMatch(stored, 'of the')
    }
    t.match(repo.read('a.ipynb'), 'of the user')
  },
)

t.test(
  'setuptools_scm finds the version in a run that it finds in the workspace',
  {
    skip,
  },
  async (t) => {
    const world = sandbox(t)
    const repo = await world.repository({
      'pyproject.toml': '[project]\nname = "one"\ndynamic = ["version"]\n[tool.setuptools_scm]\n',
      'one.py': '',
    })
    await repo.git('tag', 'v1.2.3')
    const command = [python, '-m', 'setuptools_scm']
    const versions = async (name: string): Promise<string[]> => {
      const here = await world.run(python, command.slice(1), { cwd: repo.path })
      const run = await repo.exp('run', '-n', name, '--', ...command)
      t.equal(run.exitCode, 0, run.stderr)
      return [here.stdout, /^\d.*$/m.exec(run.stdout)?.[0] ?? run.stdout].map((text) => text.trim())
    }
    t.strictSame(await versions('clean'), ['1.2.3', '1.2.3'])
    repo.write('two.py', '')
    await repo.git('add', 'two.py')
    await repo.git('commit', '--quiet', '--message', 'Go on')
    repo.write('one.py', 'dirty = True\n')
    const [here, there] = await versions('dirty')
    t.match(here, /^1\.2\.4\.dev1\+g\w+\.d\d{8}$/)
    t.equal(there, here)
  },
)
