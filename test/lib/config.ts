import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { readConfig } from '../../lib/config.ts'
import { configKeys } from '../../lib/config-keys.ts'

/** A repository whose real git lists its config, and a global config of its own. */
const repository = (t: Test) => {
  const home = mkdtempSync(join(tmpdir(), 'config-'))
  t.teardown(() => rmSync(home, { recursive: true, force: true }))
  const work = join(home, 'work')
  mkdirSync(work)
  const globalFile = join(home, 'global')
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: home,
    GIT_CONFIG_GLOBAL: globalFile,
    GIT_CONFIG_NOSYSTEM: '1',
  }
  const git = (...args: string[]): Buffer => execFileSync('git', args, { cwd: work, env })
  git('init', '-q')
  return {
    globalFile,
    git,
    run: (command: string) => execFileSync('sh', ['-c', command], { cwd: work, env }),
    append: (text: string) => appendFileSync(join(work, '.git', 'config'), text),
    read: (...before: string[]) =>
      readConfig(
        git(...before, 'config', '--list', '-z', '--show-scope', '--show-origin'),
        '/home/me',
      ),
  }
}

t.test('without any setting the defaults hold', async (t) => {
  const { config, problems, values } = repository(t).read()
  t.same(config, {
    jobs: 1,
    gpus: null,
    slots: {},
    graceMs: 10_000,
    poolSize: { slots: 4 },
    workplaces: null,
    maxLogBytes: 64 * 2 ** 20,
    keepIgnoredBytes: 2 * 2 ** 30,
    keepIgnoredTotalBytes: 20 * 2 ** 30,
    notify: false,
    autoqueue: false,
    maxUntrackedBytes: 500 * 2 ** 20,
    maxBlobBytes: 5 * 2 ** 20,
    onRewrite: 'supersede',
    executor: 'temp-dir',
    remote: 'origin',
    broker: null,
    clusterKey: null,
    queueName: 'exp.default',
    workerRemotes: [],
    python: null,
    isolation: 'checkout',
    idleExitMs: 3_600_000,
  })
  t.same(problems, [])
  t.same(
    values.map(({ key, source }) => [key, source]),
    Object.values(configKeys).map(({ name }) => [name, 'default']),
  )
  t.same(readConfig(Buffer.alloc(0)).config, config)
})

t.test('each key has its own name and a line of explanation', async (t) => {
  const names = Object.values(configKeys).map(({ name }) => name.toLowerCase())
  t.equal(new Set(names).size, names.length)
  for (const { name, explanation } of Object.values(configKeys)) {
    t.match(explanation, /^[^\n]{10,100}\.$/, name)
  }
})

t.test('settings of the user are read, with where they came from', async (t) => {
  const { git, globalFile, read } = repository(t)
  for (const [key, value] of Object.entries({
    'exp.jobs': '3',
    'exp.gpus': '0,2',
    'exp.slots.License': '3',
    'exp.grace': '1.5m',
    'exp.poolSize': '8',
    'exp.workplaces': '~/scratch/runs',
    'exp.maxLog': '1G',
    'exp.keepIgnored': '0',
    'exp.keepIgnoredTotal': '3G',
    'exp.idleExit': 'never',
  })) {
    git('config', '--global', key, value)
  }
  const { config, values, problems } = read()
  t.match(config, {
    jobs: 3,
    gpus: [0, 2],
    slots: { license: 3 },
    graceMs: 90_000,
    poolSize: { slots: 8 },
    workplaces: '/home/me/scratch/runs',
    maxLogBytes: 2 ** 30,
    keepIgnoredBytes: 0,
    keepIgnoredTotalBytes: 3 * 2 ** 30,
    idleExitMs: null,
  })
  t.same(problems, [])
  t.same(
    values.find(({ key }) => key === 'exp.poolSize'),
    { key: 'exp.poolSize', value: '8', source: `global ${globalFile}` },
  )
})

t.test('the nearest setting wins where a repository may decide', async (t) => {
  const { git, read } = repository(t)
  git('config', '--global', 'exp.executor', 'in-place')
  git('config', 'exp.executor', 'temp-dir')
  git('config', 'exp.onRewrite', 'keep')
  t.match(read().config, { executor: 'temp-dir', onRewrite: 'keep' })
  const { config, values } = read('-c', 'exp.executor=celery')
  t.equal(config.executor, 'celery')
  t.match(
    values.find(({ key }) => key === 'exp.executor'),
    { source: 'the command line' },
  )
  t.match(
    values.find(({ key }) => key === 'exp.onRewrite'),
    { value: 'keep', source: 'local .git/config' },
  )
})

t.test('autoqueue is a switch, or patterns of branches', async (t) => {
  const { git, append, read } = repository(t)
  for (const [text, value] of [
    ['true', true],
    ['Yes', true],
    ['off', false],
    ['', false],
    ['main feature/*', ['main', 'feature/*']],
    ['  ', false],
  ] as const) {
    git('config', 'exp.autoqueue', text)
    t.same(read().config.autoqueue, value, text)
  }
  append('[exp]\n\tautoqueue\n')
  const { config, values, problems } = read()
  t.equal(config.autoqueue, true)
  t.match(
    values.find(({ key }) => key === 'exp.autoqueue'),
    { value: 'true' },
  )
  t.same(problems, [])
})

t.test('a machine setting in a repository is an error, and the fix it names works', async (t) => {
  const { git, run, read } = repository(t)
  git('config', 'exp.jobs', '2')
  const { config, problems } = read()
  t.equal(config.jobs, 1)
  t.equal(problems.length, 1)
  const [problem = ''] = problems
  t.match(problem, /exp\.jobs .*global config only, not from local \.git\/config: /)
  const fix = 'git config --unset exp.jobs; git config --global exp.jobs 2'
  t.ok(problem.endsWith(`: ${fix}`), problem)
  run(fix)
  t.match(read(), { config: { jobs: 2 }, problems: [] })
})

t.test('the fix for a misplaced setting never changes what the user has already', async (t) => {
  const { git, run, read } = repository(t)
  git('config', '--global', 'exp.workplaces', '/mine')
  git('config', 'exp.workplaces', '/theirs')
  git('config', '--add', 'exp.workplaces', "/it's theirs")
  git('config', 'extensions.worktreeConfig', 'true')
  git('config', '--worktree', 'exp.grace', 'soon')
  const { config, problems } = read()
  t.match(config, { workplaces: '/mine', graceMs: 10_000 })
  const fixes = problems.map((problem) => problem.split(': ').at(-1) ?? '')
  t.same(fixes, [
    'git config --worktree --unset exp.grace',
    'git config --unset-all exp.workplaces',
  ])
  for (const fix of fixes) run(fix)
  t.match(read(), { config: { workplaces: '/mine' }, problems: [] })
})

t.test('a value in need of quotes is quoted in the fix', async (t) => {
  const { git, run, read } = repository(t)
  git('config', 'exp.workplaces', "/it's; rm -rf x")
  run(read().problems[0]?.split(': ').at(-1) ?? 'false')
  t.match(read(), { config: { workplaces: "/it's; rm -rf x" }, problems: [] })
})

t.test('a setting about the machine with -c is an error too', async (t) => {
  const { config, problems } = repository(t).read('-c', 'exp.jobs=9')
  t.equal(config.jobs, 1)
  t.match(problems, [/not from the command line: git config --global exp\.jobs 9$/])
})

t.test('an unknown key is a problem that names the nearest', async (t) => {
  const { git, append, read } = repository(t)
  git('config', 'exp.job', '2')
  git('config', 'exp.maxblobs', '2')
  append('[exp "jobs"]\n\tx = 1\n')
  const { problems } = read()
  t.match(problems, [
    'unknown key exp.job (local .git/config): did you mean exp.jobs?',
    'unknown key exp.maxblobs (local .git/config): did you mean exp.maxBlob?',
    /^unknown key exp\.jobs\.x /,
  ])
})

t.test('keys of others are none of ours', async (t) => {
  const { git, read } = repository(t)
  git('config', 'expo.jobs', '2')
  git('config', 'alias.exp', 'x')
  t.same(read().problems, [])
})

t.test('a wrong value is a problem, and the default holds', async (t) => {
  const { git, append, read, run } = repository(t)
  for (const [key, value] of [
    ['exp.jobs', 'two'],
    ['exp.poolSize', '0'],
    ['exp.poolSize', '4 slots'],
    ['exp.gpus', '-1'],
    ['exp.gpus', '0,x'],
    ['exp.grace', '10'],
    ['exp.maxLog', 'big'],
    ['exp.workplaces', 'relative'],
    ['exp.idleExit', '99d'],
    ['exp.executor', 'cloud'],
  ] as const) {
    git('config', '--global', key, value)
  }
  append('[exp]\n\tremote\n')
  const { config, problems, values } = read()
  t.same(config, readConfig(Buffer.alloc(0)).config)
  t.equal(problems.length, 9)
  t.match(
    problems[0],
    /^exp\.jobs must be a whole number from 1 to 1024, not "two" \(global .*\): /,
  )
  t.ok(
    problems.some((problem) =>
      problem.startsWith('exp.executor must be temp-dir, in-place or celery, '),
    ),
  )
  t.ok(values.every(({ source }) => source === 'default'))
  for (const problem of problems) run(problem.split(': ').at(-1) ?? 'false')
  t.same(read().problems, [])
})

t.test('GPUs are counted or named, and slots have names of the user’s', async (t) => {
  const { git, read } = repository(t)
  for (const [text, gpus] of [
    ['0', []],
    ['2', [0, 1]],
    ['3,', [3]],
    ['2,0,2', [0, 2]],
  ] as const) {
    git('config', '--global', 'exp.gpus', text)
    t.same(read().config.gpus, gpus, text)
  }
  git('config', '--global', 'exp.slots.license', 'many')
  git('config', 'exp.slots.disk', '2')
  const { config, problems } = read()
  t.same(config.slots, { license: 0, disk: 0 }, 'none is counted in a repository')
  t.match(problems, [/^exp\.slots\.\w+ /, /^exp\.slots\.\w+ /])
})

t.test('passwords are never among the values or the problems', async (t) => {
  const { git, read } = repository(t)
  for (const [broker, shown] of [
    ['amqp://user:s3cret@host:5672//', 'amqp://user:***@host:5672//'],
    ['redis://:s3cret@host:6379/0', 'redis://:***@host:6379/0'],
    ['redis://s3cret@host/0', 'redis://***@host/0'],
    ['amqp://user:s3/cr@e:t@host/v', 'amqp://user:***@host/v'],
    ['amqp://a:s3cret@one;amqp://b:s3cret@two', 'amqp://a:***@two'],
    ['redis://host/0?password=s3cret&db=1', 'redis://host/0?password=***&db=1'],
    ['rediss://host:6379/0', 'rediss://host:6379/0'],
  ] as const) {
    git('config', '--global', 'exp.broker', broker)
    const { config, values } = read()
    t.equal(config.broker, broker)
    t.match(
      values.find(({ key }) => key === 'exp.broker'),
      { value: shown },
    )
  }
  git('config', 'exp.remote', 'https://me:s3cret@host/r.git')
  git('config', 'exp.brokr', 'amqp://u:s3cret@h')
  git('config', 'exp.executor', 'amqp://u:s3cret@h')
  git('config', '--global', '--unset', 'exp.broker')
  git('config', 'exp.broker', 'amqp://u:s3cret@h')
  const { config, values, problems } = read()
  t.equal(config.broker, null, 'a repository does not say whom to send to')
  t.equal(problems.length, 3)
  t.notMatch(JSON.stringify([values, problems]), 's3cret')
})

t.test('what a worker takes from is all that any line says', async (t) => {
  const { git, read } = repository(t)
  git('config', '--global', 'exp.workerRemotes', 'ssh://a/ ssh://b/')
  git('config', '--global', '--add', 'exp.workerRemotes', 'ssh://c/')
  t.same(read().config.workerRemotes, ['ssh://a/', 'ssh://b/', 'ssh://c/'])
})

t.test('a value may hold line breaks and any letters', async (t) => {
  const { git, read } = repository(t)
  git('config', 'exp.remote', 'a\nb = é')
  t.equal(read().config.remote, 'a\nb = é')
})

t.test('a listing cut short is read as far as it goes', async (t) => {
  t.match(readConfig(Buffer.from('global\0file:/x\0exp.jobs\n3\0local\0file')), {
    config: { jobs: 3 },
    problems: [],
  })
})
