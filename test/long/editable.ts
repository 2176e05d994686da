import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { gate } from '../fixture/gate.ts'
import { runScript } from '../fixture/run-script.ts'
import { type Sandbox, sandbox, type TestRepository } from '../fixture/sandbox.ts'

/** A Python with all that an editable install needs without a network. */
const python = ['/usr/bin/python3', 'python3'].find(
  (name) => spawnSync(name, ['-c', 'import setuptools, wheel, venv, pip']).status === 0,
)
const options = {
  skip: python === undefined ? 'no Python with venv, pip, setuptools and wheel' : false,
}

const project = (name: string, setuptools: string): string =>
  `[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "${name}"
version = "0.1"
[tool.setuptools]
${setuptools}
`

const files = {
  '.gitignore': '*.egg-info\n__pycache__\nbuild\n.venv\n',
  'one/pyproject.toml': project('one', 'packages = ["one_src"]\npackage-dir = {"" = "src"}'),
  'one/src/one_src/__init__.py': 'LR = "old"\n',
  'two/pyproject.toml': project('two', 'packages = ["two_flat"]\npy-modules = ["two_module"]'),
  'two/two_flat/__init__.py': 'LR = "old"\n',
  'two/two_module.py': 'LR = "old"\n',
  'show.py': `import one_src, two_flat, two_module, sys
print(one_src.LR, two_flat.LR, two_module.LR)
`,
}

const edit = (repo: TestRepository, value: string): void => {
  for (const file of [
    'one/src/one_src/__init__.py',
    'two/two_flat/__init__.py',
    'two/two_module.py',
  ]) {
    repo.write(file, `LR = "${value}"\n`)
  }
}

/** Makes an environment of Python in which these folders are installed to be edited. */
const installed = async (
  world: Sandbox,
  venv: string,
  folders: string[],
  style: 'compat' | 'lenient',
): Promise<void> => {
  const run = async (file: string, args: string[]): Promise<void> => {
    const { exitCode, stderr } = await world.run(file, args)
    if (exitCode !== 0) throw new Error(stderr)
  }
  await run(`${python}`, ['-m', 'venv', '--system-site-packages', '--without-pip', venv])
  const pip = ['-m', 'pip', 'install', '--quiet', '--no-index', '--no-deps', '--no-build-isolation']
  const mode = ['--disable-pip-version-check', '--config-settings', `editable_mode=${style}`]
  const what = folders.flatMap((folder) => ['--editable', folder])
  await run(join(venv, 'bin/python'), [...pip, ...mode, ...what])
}

/** Queues behind a run that is held up, edits the workspace, and gives back what the run printed. */
const printedAfterEdit = async (
  t: Test,
  world: Sandbox,
  repo: TestRepository,
  command: string[],
  { env, cwd = repo.path }: { env: Record<string, string>; cwd?: string },
): Promise<{ said: string; printed: string }> => {
  const { wait, reached, open } = gate(world)
  await repo.exp('add', '-c', wait)
  await reached()
  edit(repo, 'queued')
  const { stderr } = await world.exp(['add', '-n', 'queued', '--', ...command], { env, cwd })
  edit(repo, 'edited-later')
  const now = await world.run(command[0] ?? '', command.slice(1), { env, cwd })
  t.match(now.stdout, 'edited-later', 'the install itself shows the present code')
  open()
  await repo.exp('wait', 'queued')
  return { said: stderr, printed: (await repo.exp('log', 'queued')).stdout }
}

const sitePackages = (venv: string): string[] =>
  readdirSync(join(venv, 'lib')).flatMap((version) =>
    readdirSync(join(venv, 'lib', version, 'site-packages')),
  )

t.test('installs by path are imported from the snapshot', options, async (t) => {
  const world = sandbox(t)
  const repo = await world.repository(files)
  const venv = join(world.folder, 'venv')
  await installed(world, venv, [join(repo.path, 'one'), join(repo.path, 'two')], 'compat')
  t.notOk(sitePackages(venv).some((name) => /finder/.test(name)))
  const { said, printed } = await printedAfterEdit(t, world, repo, ['python', 'show.py'], {
    env: { PATH: `${venv}/bin:${world.env.PATH}`, VIRTUAL_ENV: venv },
  })
  t.match(said, /^the editable install of one\/src, two is imported from the snapshot$/m)
  t.match(printed, /^queued queued queued$/m)
})

t.test('installs by finder are, from a linked .venv and a sub-folder too', options, async (t) => {
  const world = sandbox(t)
  const repo = await world.repository(files)
  const venv = join(repo.path, '.venv')
  await installed(world, venv, [join(repo.path, 'one'), join(repo.path, 'two')], 'lenient')
  t.ok(sitePackages(venv).some((name) => /^__editable___two.*finder\.py$/.test(name)))
  const { said, printed } = await printedAfterEdit(
    t,
    world,
    repo,
    ['../.venv/bin/python', '../show.py'],
    { env: {}, cwd: join(repo.path, 'one') },
  )
  t.match(said, /^the editable install of one\/src, two is imported from the snapshot$/m)
  t.match(printed, /^queued queued queued$/m)
})

t.test('an install that no search path can redirect is said to be one', options, async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({
    '.gitignore': '*.egg-info\n',
    'pyproject.toml': project('odd', 'packages = ["odd"]\npackage-dir = {odd = "code"}'),
    'code/__init__.py': 'LR = "old"\n',
  })
  const venv = join(world.folder, 'venv')
  await installed(world, venv, [repo.path], 'lenient')
  const exp = (...args: string[]) =>
    world.exp(args, { cwd: repo.path, env: { PATH: `${venv}/bin:${world.env.PATH}` } })
  const { stderr } = await runScript({ exp }, 'true')
  t.match(stderr, /^odd is installed in a way that cannot be redirected/m)
})
