import { execFileSync } from 'node:child_process'
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import {
  environmentForRuns,
  isEnvironmentName,
  keepEnvironment,
  readEnvironment,
} from '../../lib/environment.ts'
import { makePlaces, places } from '../../lib/places.ts'

/** The places of a state folder of its own. */
const state = (folder: string) => makePlaces(places({ GIT_EXP_HOME: join(folder, 'state') }))

t.test('a run gets the shell’s variables, but for git’s and our own', async (t) => {
  t.strictSame(
    environmentForRuns({
      PATH: '/bin',
      EMPTY: '',
      API_KEY: 'secret',
      GIT_SSH_COMMAND: 'ssh -i key',
      GIT_ASKPASS: '/bin/ask',
      GIT_CONFIG_GLOBAL: '/home/ann/.gitconfig',
      GIT_EXP_HOME: '/state',
      GIT_DIR: '/x/.git',
      GIT_INDEX_FILE: '/x/index',
      GIT_PREFIX: 'sub/',
      GIT_EDITOR: ':',
      GIT_REFLOG_ACTION: 'commit',
      GIT_EXEC_PATH: '/usr/lib/git-core',
      GIT_AUTHOR_NAME: 'A',
      GIT_AUTHOR_DATE: 'now',
      GIT_COMMITTER_EMAIL: 'c@example.org',
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'user.name',
      GIT_CONFIG_VALUE_0: 'B',
      GIT_EXP_ID: 'outer',
      GIT_EXP_NAME: 'outer',
      GIT_EXP_WORKSPACE: '/outer',
    }),
    {
      API_KEY: 'secret',
      EMPTY: '',
      GIT_ASKPASS: '/bin/ask',
      GIT_CONFIG_GLOBAL: '/home/ann/.gitconfig',
      GIT_EXP_HOME: '/state',
      GIT_SSH_COMMAND: 'ssh -i key',
      PATH: '/bin',
    },
  )
})

t.test('nothing that git calls local reaches a run', async (t) => {
  const names = execFileSync('git', ['rev-parse', '--local-env-vars']).toString().trim().split('\n')
  t.ok(names.includes('GIT_DIR'))
  const env = Object.fromEntries(names.map((name) => [name, 'x']))
  t.strictSame(environmentForRuns(env), {})
})

t.test('an environment is kept once, and for its user alone', async (t) => {
  const found = state(t.testdir())
  const umask = process.umask(0)
  t.teardown(() => process.umask(umask))
  const hash = keepEnvironment(found, { A: '1', B: 'two\nlines' })
  const file = join(found.spool.env, hash)
  t.equal(statSync(file).mode & 0o777, 0o600)
  t.equal(readFileSync(file, 'utf8'), 'A=1\0B=two\nlines\0')
  t.ok(isEnvironmentName(hash))
  const { ino } = statSync(file)
  t.equal(keepEnvironment(found, { A: '1', B: 'two\nlines' }), hash)
  t.equal(statSync(file).ino, ino)
  t.not(keepEnvironment(found, { A: '1', B: 'two' }), hash)
  t.equal(readdirSync(found.spool.env).length, 2)
})

t.test('an environment reads back exactly', async (t) => {
  const found = state(t.testdir())
  for (const env of [
    {},
    { EMPTY: '', EQUALS: 'a=b=c', LINES: 'a\n\nB=c\n', UNICODE: 'ä実🧪' },
    { 'BASH_FUNC_f%%': '() {  echo\n}', '': 'no name' },
    { LONG: 'x'.repeat(2 * 1024 * 1024) },
    Object.fromEntries([['__proto__', 'polluted']]),
  ]) {
    t.strictSame(readEnvironment(found, keepEnvironment(found, env)), env)
  }
})

t.test('an environment that is not kept is told, and no other file is read', async (t) => {
  const folder = t.testdir({ outside: 'SECRET=1\0' })
  const found = state(folder)
  const gone = keepEnvironment(found, { A: '1' })
  rmSync(join(found.spool.env, gone))
  const link = 'a'.repeat(64)
  symlinkSync(join(folder, 'outside'), join(found.spool.env, link))
  const short = 'b'.repeat(63)
  writeFileSync(join(found.spool.env, short), 'SECRET=1\0')
  mkdirSync(join(found.spool.env, 'c'.repeat(64)))
  for (const name of [gone, link, short, 'c'.repeat(64), '../../../outside', '']) {
    t.throws(() => readEnvironment(found, name), { code: 'state-folder' }, name)
  }
})
