import { existsSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { managerOf } from '../../lib/hook-managers.ts'
import { type Sandbox, sandbox, type TestRepository } from '../fixture/sandbox.ts'

/** A folder with husky and lefthook in its node_modules and pre-commit in its venv. */
const tools = process.env.EXP_TEST_TOOLS ?? ''

interface Tool {
  name: string
  program: string
  /** Makes the tool run a hook of the user's own at post-commit, and at post-rewrite if it can. */
  setUp: (repo: TestRepository, call: (...args: string[]) => Promise<void>) => Promise<void>
  /** Adds what git exp says to the tool's own file. */
  add: (repo: TestRepository, hook: string, lines: string) => void
  managed: string[]
}

const TOOLS: Tool[] = [
  {
    name: 'husky',
    program: 'node_modules/.bin/husky',
    setUp: async (repo, call) => {
      await call()
      repo.write('.husky/post-commit', 'echo theirs >>theirs\n')
    },
    add: (repo, hook, lines) => {
      const file = `.husky/${hook}`
      repo.write(file, `${existsSync(join(repo.path, file)) ? repo.read(file) : ''}${lines}`)
    },
    managed: ['post-commit', 'post-rewrite', 'post-merge'],
  },
  {
    name: 'lefthook',
    program: 'node_modules/.bin/lefthook',
    setUp: async (repo, call) => {
      const theirs = '  commands:\n    theirs:\n      run: echo theirs >>theirs\n'
      repo.write('lefthook.yml', `post-rewrite:\n${theirs}post-commit:\n${theirs}`)
      await call('install')
    },
    add: (repo, hook, lines) => {
      const [, , ...own] = lines.split('\n')
      const head = `${hook}:\n  commands:\n`
      repo.write('lefthook.yml', repo.read('lefthook.yml').replace(head, head + own.join('\n')))
    },
    managed: ['post-commit', 'post-rewrite'],
  },
  {
    name: 'pre-commit',
    program: 'venv/bin/pre-commit',
    setUp: async (repo, call) => {
      const theirs =
        '  - repo: local\n    hooks: [{id: theirs, name: theirs, language: system, entry: sh -c "echo theirs >>theirs", stages: [post-commit], always_run: true}]\n'
      repo.write('.pre-commit-config.yaml', `repos:\n${theirs}`)
      await call('install', '--hook-type', 'post-commit')
    },
    add: (repo, _, lines) => {
      const file = '.pre-commit-config.yaml'
      repo.write(file, repo.read(file) + lines)
    },
    managed: ['post-commit'],
  },
]

let made = 0

const commits = async (world: Sandbox, repo: TestRepository, ...more: string[]) => {
  const bin = join(tools, 'node_modules/.bin')
  const env = { PATH: `${bin}:${join(tools, 'venv/bin')}:${world.env.PATH}` }
  const args = ['commit', '--allow-empty', '--message', `${++made}`, ...more]
  const { exitCode, stderr } = await world.run('git', args, { cwd: repo.path, env })
  if (exitCode !== 0) throw new Error(stderr)
  return repo.git('rev-parse', 'HEAD')
}

for (const { name, program, setUp, add, managed } of TOOLS) {
  const path = join(tools, program)
  const skip = existsSync(path) ? false : `no ${program} in EXP_TEST_TOOLS (“${tools}”)`
  t.test(
    `${name} runs what it did, and ours by the lines that install tells`,
    { skip },
    async (t) => {
      const world = sandbox(t)
      const files = { 'exp.yaml': 'cmd: "true"\n', '.gitignore': 'theirs\n' }
      const repo = await world.repository(files)
      await repo.git('config', 'exp.autoqueue', 'true')
      await setUp(repo, async (...args) => {
        const { exitCode, stdout, stderr } = await world.run(path, args, { cwd: repo.path })
        if (exitCode !== 0) throw new Error(stdout + stderr)
      })
      t.match(await repo.exp('hooks', 'status'), { exitCode: 1, stdout: `${name} has the hook` })
      const installed = await repo.exp('hooks', 'install')
      t.equal(installed.exitCode, 0, installed.stderr)
      const first = await commits(world, repo)
      t.equal(repo.read('theirs'), 'theirs\n')
      t.strictSame(await repo.shown(), [], 'nothing of ours runs yet')
      for (const hook of managed) {
        const told = new RegExp(
          `git-exp/${hook}\\n  ${name} has this hook: add to \\S+\\n((?:    .*\\n)+)`,
        )
        const lines = told.exec(installed.stderr)?.[1] ?? ''
        add(repo, hook, lines.replace(/^ {4}/gm, ''))
      }
      const status = await repo.exp('hooks', 'status')
      t.match(status, { exitCode: 0, stdout: `is run by ${name}` })
      const second = await commits(world, repo, '--amend')
      t.match(repo.read('theirs'), 'theirs\ntheirs\n', 'theirs runs as before')
      t.equal((await repo.exp('wait')).exitCode, 0)
      const third = await commits(world, repo, '--amend')
      t.equal((await repo.exp('wait')).exitCode, 0)
      const shown = await repo.shown()
      t.match(
        shown.map(({ baseline, rewritten }) => ({ baseline, rewritten })),
        [
          { baseline: third, rewritten: null },
          { baseline: second, rewritten: third },
        ],
      )
      t.not(first, second)
      // Who has the file and not git exp is not troubled by it.
      t.equal((await repo.exp('hooks', 'uninstall')).exitCode, 0)
      await commits(world, repo, '--amend')
      t.equal((await repo.shown()).length, 2)
    },
  )
}

t.test('a hook is plain unless its folder or its text is such a tool’s', async (t) => {
  t.equal(managerOf('/r/.git/hooks/post-commit', '#!/bin/sh\necho hello\n'), null)
  t.equal(managerOf('/r/.git/hooks/post-commit', null), null)
  t.equal(managerOf('/r/.husky/_/post-merge', null)?.name, 'husky')
})
